/** A host that agents may open connections to, as a setting lists it. */
export interface EgressHost {
  /** In lower case. With `below`, every name that ends in `.<name>`, and not the name itself. */
  name: string;
  below: boolean;
  port: number;
}

/** What is wanted of an entry, for messages. */
export const egressHostForm = "a host name or *.example.com, with :port unless that is 443";

/**
 * Reads an entry of the egress list: `packages.example.org`, `*.example.com`, `git.example.com:8443`; undefined when it is
 * none. The last label begins with a letter, so that no form of an IP address is a name; below `*.` there are two labels
 * at least, so that no whole top-level domain is meant.
 */
export function parseEgressHost(text: string): EgressHost | undefined {
  const [, wildcard, name = "", port = "443"] = /^(\*\.)?([^*:]{1,253})(?::([1-9][0-9]{0,4}))?$/.exec(text) ?? [];
  if (!hostName.test(name) || Number(port) > 65_535) return undefined;
  return { name: name.toLowerCase(), below: wildcard !== undefined, port: Number(port) };
}

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const hostName = new RegExp(`^(?:${label}\\.)+(?=[a-z])${label}$`, "i");

/** Whether the list has this host at this port. `host` is in lower case, without a dot at its end. Pure. */
export function isListedHost(list: readonly EgressHost[], host: string, port: number): boolean {
  return list.some((entry) => entry.port === port && (entry.below ? isBelow(host, entry.name) : host === entry.name));
}

function isBelow(host: string, name: string): boolean {
  return hostName.test(host) && host.length <= 253 && host.endsWith(`.${name}`);
}
