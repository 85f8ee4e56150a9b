import { readFileSync } from "node:fs";
import { isRunning } from "./cluster/process.ts";
import type { ClusterState } from "./cluster/state.ts";

/** What is up, for people: the processes with their memory, and where to look. */
export function showStatus(state: ClusterState): string {
  const rows = state.processes.map((process) => {
    const memory = isRunning(process) ? `${String(residentMiB(process.pid)).padStart(5)} MiB` : "    ended";
    return `  ${process.name.padEnd(26)}${String(process.pid).padStart(8)}  ${memory}`;
  });
  return [
    `The platform is ${state.phase}: ${state.nodeName} at ${state.nodeAddress}`,
    ...rows,
    `kubeconfig  ${state.kubeconfig}`,
    `containerd  ${state.containerdSocket}`,
    `logs        ${state.logs}`,
  ].join("\n");
}

function residentMiB(pid: number): number {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}
