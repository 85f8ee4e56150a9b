import * as z from "zod";
import { type SandboxCheck, type SandboxPolicy, type SandboxProof, sandboxChecks } from "../protocol.ts";

export type ProbeTarget = { path: string } | { host: string; port: number };

/** What the probe shall try. Holds no secret: it is an argument, which every process can read. */
export interface ProbeRequest {
  /** Addresses that only our own process may reach; something listens there. */
  targets: ProbeTarget[];
  /** Addresses outside that nothing in the sandbox may have a route to. */
  routes: ProbeTarget[];
  /** A name that cannot be looked up where there is no network. */
  name: string;
  /** Folders to try to write in. */
  folders: string[];
  /** SHA-256 of values that no variable may have, in hexadecimal. */
  secretHashes: string[];
}

export const probeSchema = z.object({
  /** Names of the probe's own environment variables. */
  environmentNames: z.array(z.string()),
  /** Names of variables whose values look like keys, or are one of the request's. */
  keyLikeNames: z.array(z.string()),
  /** Names of variables of each process whose environment could be read, the probe's own included. */
  environments: z.array(z.object({ pid: z.string(), names: z.array(z.string()) })),
  /** Processes of other PID namespaces that could be looked into, as a debugger does. */
  foreignProcesses: z.array(z.string()),
  /** Network interfaces besides the loopback. */
  interfaces: z.array(z.string()),
  /** Targets, and routes, that answered. */
  reached: z.array(z.string()),
  routes: z.array(z.string()),
  /** Whether the name could be looked up. */
  resolves: z.boolean(),
  /** The user's files, where commands could read them. */
  privateFiles: z.array(z.string()),
  /** Sockets of the machine's own services that took a connection: docker, ssh-agent, D-Bus. */
  privateSockets: z.array(z.string()),
  serviceAccountFiles: z.array(z.string()),
  /** Folders of the request, and of the system, that could be written. */
  writable: z.array(z.string()),
  systemWritable: z.array(z.string()),
  uid: z.int(),
  /** Sets of capabilities that are not empty. */
  capabilities: z.array(z.string()),
  noNewPrivileges: z.boolean(),
  /** Devices beyond those that every container has. */
  devices: z.array(z.string()),
});
export type Probe = z.infer<typeof probeSchema>;

export interface ProbeExpectation {
  policy: SandboxPolicy;
  /** Folders that commands may write in this stage; exactly these. Judged with `require` only. */
  writable: readonly string[];
  /** Whether a NetworkPolicy lets the pod reach nothing but its mediator: then a route elsewhere is a fault. */
  mediatorOnly: boolean;
}

export interface Judgement {
  /** What must not be, one line each, with what to do. */
  problems: string[];
  proof: SandboxProof;
}

const secretName = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|BEARER|PAT)(?:_|$)/i;
/** The per-run bearer is worth nothing beyond offering a bad plan, and in policy `pod` it cannot be hidden. */
const bearer = "RUN_BEARER";

interface Check {
  /** Policies under which it is looked at. */
  policies: readonly SandboxPolicy[];
  says: string;
  fix: string;
  find(probe: Probe, expectation: ProbeExpectation): readonly string[];
  /** What was found is a fault only if this was promised; else it counts as not proven. */
  promised?(expectation: ProbeExpectation): boolean;
}

const both = ["require", "pod"] as const;

function secrets(names: readonly string[], policy: SandboxPolicy): string[] {
  return names.filter((name) => secretName.test(name) && !(policy === "pod" && name === bearer));
}

const checks: Record<Exclude<SandboxCheck, "codex-sandbox">, Check> = {
  "clean-environment": {
    policies: both,
    says: "commands see secrets in their environment",
    fix: "take these variables out of the agent's environment",
    find: ({ environmentNames, keyLikeNames }, { policy }) => [
      ...new Set([
        ...secrets(environmentNames, policy),
        ...keyLikeNames.filter((name) => !(policy === "pod" && name === bearer)),
      ]),
    ],
  },
  "other-processes": {
    policies: both,
    says: "commands can look into processes",
    fix: "give the agent a PID namespace of its own (no hostPID, no shareProcessNamespace)",
    find: ({ environments, foreignProcesses }, { policy }) => [
      ...environments.flatMap(({ pid, names }) => secrets(names, policy).map((name) => `${name} of process ${pid}`)),
      ...foreignProcesses.map((pid) => `process ${pid}`),
    ],
  },
  "private-files": {
    policies: both,
    says: "commands can read the user's files",
    fix: "take them out of CODEX_READABLE_PATHS, of the image and of the pod's volumes",
    find: ({ privateFiles }) => privateFiles,
  },
  "private-sockets": {
    policies: both,
    says: "commands reach services of the machine",
    fix: "take these sockets out of CODEX_READABLE_PATHS and of the pod's volumes",
    find: ({ privateSockets }) => privateSockets,
  },
  "service-account": {
    policies: both,
    says: "a service account is mounted",
    fix: "set automountServiceAccountToken: false on the pod",
    find: ({ serviceAccountFiles }) => serviceAccountFiles,
  },
  mediator: {
    policies: ["require"],
    says: "commands reach what only the runner may reach",
    fix: "Codex's sandbox lets connections through: use the pinned Codex",
    find: ({ reached }) => reached,
  },
  network: {
    policies: both,
    says: "commands have a network",
    fix: "let a NetworkPolicy that the cluster's network plugin enforces allow the agent its mediator alone",
    find: ({ interfaces, routes, resolves }, { policy }) => [
      ...(policy === "require" ? interfaces : []),
      ...routes.filter((route) => !isMetadata(route)),
      ...(resolves ? ["names are looked up"] : []),
    ],
    promised: ({ policy, mediatorOnly }) => policy === "require" || mediatorOnly,
  },
  "metadata-address": {
    policies: both,
    says: "commands reach the cloud's metadata service, which hands out credentials of the machine",
    fix: "block it by a NetworkPolicy, or require its hop limit 1",
    find: ({ routes }) => routes.filter(isMetadata),
  },
  "writable-folders": {
    policies: ["require"],
    says: "commands can write, or cannot where they should",
    fix: "Codex's sandbox does not keep the stage's limits: use the pinned Codex",
    find: ({ writable: found }, { writable }) => [
      ...found.filter((folder) => !writable.includes(folder)),
      ...writable.filter((folder) => !found.includes(folder)).map((folder) => `not ${folder}`),
    ],
  },
  "root-file-system": {
    policies: both,
    says: "commands can change the system's files",
    fix: "set readOnlyRootFilesystem: true on the container",
    find: ({ systemWritable }) => systemWritable,
  },
  privileges: {
    policies: both,
    says: "commands have, or can gain, privileges",
    fix: "run as a user without any: runAsNonRoot, allowPrivilegeEscalation: false, capabilities drop ALL",
    find: ({ uid, capabilities, noNewPrivileges }) => [
      ...(uid === 0 ? ["they are root"] : []),
      ...capabilities,
      ...(noNewPrivileges ? [] : ["setuid programs work"]),
    ],
  },
  devices: {
    policies: both,
    says: "commands see devices",
    fix: "take them out of the container (no hostPath, no device plugin, not privileged)",
    find: ({ devices }) => devices,
  },
};

export const metadataAddress = "169.254.169.254";
const isMetadata = (route: string) => route.startsWith(`${metadataAddress}:`);

/**
 * What a probe comes to. Pure.
 * - `require`: commands have no network, reach neither mediator nor forwarder, look into no other process.
 * - `pod`: the pod holds nothing worth reading, cannot be changed, and leads nowhere but to the mediator; the last counts
 *   as proven when it was seen, and is a fault only where a NetworkPolicy is promised.
 */
export function judgeProbe(probe: Probe, expectation: ProbeExpectation): Judgement {
  const { policy } = expectation;
  const problems: string[] = [];
  const proof: SandboxProof = { policy, proven: policy === "require" ? ["codex-sandbox"] : [], unproven: [] };
  for (const name of sandboxChecks) {
    const check = name === "codex-sandbox" ? undefined : checks[name];
    if (!check?.policies.includes(policy)) continue;
    const found = check.find(probe, expectation);
    if (found.length === 0) proof.proven.push(name);
    else if (check.promised?.(expectation) ?? true) problems.push(`${check.says}: ${found.join(", ")}; ${check.fix}`);
    else proof.unproven.push(name);
  }
  return { problems, proof };
}
