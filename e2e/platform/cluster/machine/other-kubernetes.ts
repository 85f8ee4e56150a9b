import { globSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { hasPath } from "./pod-processes.ts";

/** A process of this machine's: its command line, and whether it has the machine's own network. */
export interface MachineProcess {
  pid: number;
  words: readonly string[];
  inOurNetwork: boolean;
}

/**
 * Programs that make a machine a node of a cluster; k3s and its kin may add to their names what they are. Those of a platform of
 * this project's, in another cache, have a hash at the end of theirs.
 */
const nodePrograms = /^(?:(?:kubelet|kube-proxy)(?:-[0-9a-f]{16})?|kubelite|hyperkube|(?:k3s|k0s|rke2)(?:-\w+)?)$/;

/**
 * Programs of a cluster that is not the one whose files lie in `node`; those of a cluster within containers, as kind's, have
 * a network of their own and are none. Its pods' control groups and packet rules have the names that ours have.
 */
export function otherKubernetes(node: string, running: readonly MachineProcess[] = machineProcesses()): string[] {
  return running
    .filter(({ words, inOurNetwork }) => inOurNetwork && nodePrograms.test(basename(words[0] ?? "")))
    .filter(({ words }) => !words.some((word) => hasPath(word, node)))
    .map(({ pid, words }) => `process ${pid}: ${words[0]}`);
}

/** @throws Error while another cluster has a node on this machine */
export function refuseBesideKubernetes(node: string): void {
  const found = otherKubernetes(node);
  if (found.length > 0)
    throw new Error(
      `another Kubernetes runs on this machine (${found.join(", ")}), whose pods and packet rules can't be told from the platform's: they are left alone; use another machine, or stop that one first`,
    );
}

function machineProcesses(): MachineProcess[] {
  const own = networkOf("self");
  return globSync("/proc/[0-9]*").map((folder) => {
    const pid = Number(basename(folder));
    const network = networkOf(pid);
    return { pid, words: commandLine(pid), inOurNetwork: network === undefined || network === own };
  });
}

/** Undefined where it may not be seen. */
function networkOf(pid: number | "self"): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

/** Empty when it has gone meanwhile. */
function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
  } catch {
    return [];
  }
}
