import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";

/** How to see that a process does its work; asked again and again until it does. */
const readiness = z.union([
  z.strictObject({ url: z.url() }),
  z.strictObject({ command: z.string(), args: z.array(z.string()) }),
  z.strictObject({ resolves: z.string(), server: z.string() }),
]);
export type Readiness = z.infer<typeof readiness>;

/** A process that outlives the command which started it. */
const processSpec = z.strictObject({
  /** `kubelet`; also its log's name. */
  name: z.string().regex(/^[a-z0-9-]+$/),
  command: z.string(),
  args: z.array(z.string()),
  /** Besides the environment of all of them. */
  env: z.record(z.string(), z.string()).optional(),
  ready: readiness,
  /** Longest until it is ready, and longest that it may take to end. */
  limitSeconds: z.number().positive(),
});
export type ProcessSpec = z.infer<typeof processSpec>;

const processIdentity = z.strictObject({
  pid: z.int().positive(),
  /** When it was started, in the kernel's ticks since the machine's start: a process id alone may be another's by now. */
  startTicks: z.string().regex(/^\d+$/),
});
export type ProcessIdentity = z.infer<typeof processIdentity>;

const processState = processSpec.extend({ ...processIdentity.shape, log: z.string() });
export type ProcessState = z.infer<typeof processState>;

const clusterState = z.strictObject({
  /** `up` once everything runs; before, and while it is taken down, it is to be cleaned up. */
  phase: z.enum(["starting", "up", "stopping"]),
  /** The command that brings it up or takes it down. */
  owner: processIdentity,
  nodeName: z.string(),
  nodeAddress: z.ipv4(),
  dnsAddress: z.ipv4(),
  clusterCidr: z.cidrv4(),
  kubeconfig: z.string(),
  containerdSocket: z.string(),
  logs: z.string(),
  /** Paths of the built programs, by their names. */
  programs: z.record(z.string(), z.string()),
  /** Environment of every process. */
  environment: z.record(z.string(), z.string()),
  /** In the order in which they were started. */
  processes: z.array(processState),
  /** Kernel settings as they were before. */
  kernelSettings: z.record(z.string(), z.string()),
});
export type ClusterState = z.infer<typeof clusterState>;

/** A file that holds no cluster's state, or that of another version of this program. */
export class UnreadableState extends Error {
  constructor(path: string, cause: unknown) {
    super(`${path} is no state of a cluster that this version knows`, { cause });
  }
}

/** The state as it was written, or undefined where there is none. @throws UnreadableState when the file is not one of ours */
export function readState(path: string): ClusterState | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return clusterState.parse(JSON.parse(text));
  } catch (error) {
    throw new UnreadableState(path, error);
  }
}

/** Replaces the file at once: a reader sees the old state or the new one. */
export function writeState(path: string, state: ClusterState): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.new`;
  writeFileSync(fresh, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, path);
}

export const removeState = (path: string): void => rmSync(path, { force: true });
