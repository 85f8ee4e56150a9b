import { Resolver } from "node:dns/promises";

/**
 * All addresses of a name, IPv4 first. The DNS is asked for the name as it is: no search domain makes another name of it,
 * and the machine's own hosts file is not looked at. Empty when there are none. `servers` are name servers as
 * `<address>:<port>`, by default the machine's.
 */
export async function resolveName(name: string, servers?: readonly string[]): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (servers) resolver.setServers(servers);
  const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  return found.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
}
