import * as z from "zod";
import type { SandboxPolicy } from "../protocol.ts";

/** What the probe shall try. */
export interface ProbeRequest {
  /** Addresses that only our own process may reach. */
  targets: ({ path: string } | { host: string; port: number })[];
  /** Folders to try to write in. */
  folders: string[];
}

export const probeSchema = z.object({
  /** Names of the probe's own environment variables. */
  environmentNames: z.array(z.string()),
  /** Names of variables whose values look like keys. */
  keyLikeNames: z.array(z.string()),
  /** Names of variables of each process whose environment could be read, the probe's own included. */
  environments: z.array(z.object({ pid: z.string(), names: z.array(z.string()) })),
  /** Network interfaces besides the loopback. */
  interfaces: z.array(z.string()),
  /** Targets that answered. */
  reached: z.array(z.string()),
  /** The user's files, where commands could read them. */
  privateFiles: z.array(z.string()),
  serviceAccountFiles: z.array(z.string()),
  /** Folders of the request that could be written. */
  writable: z.array(z.string()),
});
export type Probe = z.infer<typeof probeSchema>;

export interface ProbeExpectation {
  policy: SandboxPolicy;
  /** Folders that commands may write in this stage; exactly these. Judged with `require` only. */
  writable: readonly string[];
}

const secretName = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|BEARER|PAT)(?:_|$)/i;
/** The per-run bearer is worth nothing beyond offering a bad plan, and in policy `pod` it cannot be hidden. */
const bearer = "RUN_BEARER";

/**
 * What a probe found that must not be, one line each; empty when the sandbox is proven. Pure.
 * - `require`: commands have no network, reach neither mediator nor forwarder, read no other process's secrets.
 * - `pod`: the pod holds nothing worth reading: no key in the environment, no service account.
 */
export function judgeProbe(probe: Probe, { policy, writable }: ProbeExpectation): string[] {
  const secrets = (names: readonly string[]) =>
    names.filter((name) => secretName.test(name) && !(policy === "pod" && name === bearer));
  const foreign = probe.environments.flatMap(({ pid, names }) =>
    secrets(names).map((name) => `${name} of process ${pid}`),
  );
  const problems = [
    tell("commands see secrets in their environment", [
      ...new Set([...secrets(probe.environmentNames), ...probe.keyLikeNames]),
    ]),
    tell("commands read secrets in the environment of processes", foreign),
    tell("commands can read the user's files", probe.privateFiles),
    tell("a service account is mounted", probe.serviceAccountFiles),
  ];
  if (policy === "require") {
    const unexpected = probe.writable.filter((folder) => !writable.includes(folder));
    const missing = writable.filter((folder) => !probe.writable.includes(folder));
    problems.push(
      tell("commands have a network", probe.interfaces),
      tell("commands reach what only the runner may reach", probe.reached),
      tell("commands can write", unexpected),
      tell("commands cannot write", missing),
    );
  }
  return problems.filter((problem) => problem !== undefined);
}

function tell(what: string, found: readonly string[]): string | undefined {
  return found.length === 0 ? undefined : `${what}: ${found.join(", ")}`;
}
