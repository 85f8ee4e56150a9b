import { globSync, rmSync } from "node:fs";
import { removeOutside } from "../network-policy/outside.ts";
import type { ClusterLayout } from "./layout.ts";
import { restoreKernelSettings } from "./machine/kernel-settings.ts";
import { unmountBeneath } from "./machine/mounts.ts";
import { removeNodeInterface } from "./machine/node-interface.ts";
import { refuseBesideKubernetes } from "./machine/other-kubernetes.ts";
import { removeKubernetesChains } from "./machine/packet-rules.ts";
import { endPodProcesses, endProcessesWith } from "./machine/pod-processes.ts";
import { cniNetwork } from "./node/cni-config.ts";
import { endProcess, isRunning, thisProcess } from "./process.ts";
import { runCommand } from "./run-command.ts";
import { type ClusterState, readState, removeState, writeState } from "./state.ts";

/**
 * Takes a cluster down, whatever state it is in, one that crashed or was only half started too: processes, containers,
 * mounts, networks, packet rules, files. What can't be removed does not keep the rest from being removed. Logs stay.
 * @throws AggregateError with everything that could not be removed; its state stays then, so that it can be tried again
 */
export async function takeDown(layout: ClusterLayout, report: (line: string) => void): Promise<void> {
  const state = readState(layout.state);
  if (state) writeState(layout.state, { ...state, phase: "stopping", owner: thisProcess() });
  const failed: unknown[] = [];
  for (const [what, undo] of steps(layout, state, report)) {
    try {
      const started = performance.now();
      await undo();
      const seconds = Math.round((performance.now() - started) / 1000);
      if (seconds >= 2) report(`${what}: ended after ${seconds} s`);
    } catch (error) {
      report(`${what}: ${error instanceof Error ? error.message : error}`);
      failed.push(error);
    }
  }
  if (failed.length > 0)
    throw new AggregateError(failed, `the cluster could not be taken down in full: ${failed.map(String).join("; ")}`);
  removeState(layout.state);
}

function steps(
  layout: ClusterLayout,
  state: ClusterState | undefined,
  report: (line: string) => void,
): [what: string, undo: () => unknown][] {
  const { containerd, node } = layout;
  const processes = state?.processes ?? [];
  const endAll = (which: (name: string) => boolean) =>
    Promise.all(
      processes.filter(({ name }) => which(name)).map((one) => endProcess({ ...one, limitSeconds: patience })),
    );
  // Another cluster may have come to this machine meanwhile: what can't be told from its own stays.
  const unlessOthers = (undo: () => Promise<void>) => () => {
    refuseBesideKubernetes(node);
    return undo();
  };
  return [
    ["processes whose record is lost", () => state ?? endProcessesWith(node)],
    ["what starts pods again", () => endAll((name) => starters.includes(name))],
    ["processes of pods", unlessOthers(() => endPodProcesses())],
    ["containers", () => removeContainers(containerd.socket, state, report)],
    ["processes", () => endAll((name) => !starters.includes(name))],
    ["containers' keepers", () => endProcessesWith(containerd.socket)],
    ["mounts", () => unmountBeneath(node)],
    ["packet rules", unlessOthers(removeKubernetesChains)],
    ["a network of a test's", removeOutside],
    ["the node's interface", removeNodeInterface],
    ["kernel settings", () => state && restoreKernelSettings(state.kernelSettings)],
    ["files", () => removeFiles([node, ...globSync(`/var/lib/cni/results/${cniNetwork}-*`)])],
  ];
}

const starters = ["kubelet", "kube-proxy"];

/** Seconds that a process may take to end: what they keep is thrown away, and an API server waits for those who watch it. */
const patience = 5;

/**
 * Where containerd still answers it removes the containers, whose processes have ended, and ends their keepers as it should. It does
 * so on its own too, so that a removal may find nothing to remove. What it leaves is ended and unmounted after it.
 */
async function removeContainers(socket: string, state: ClusterState | undefined, report: (line: string) => void) {
  const containerd = state?.processes.find(({ name }) => name === "containerd");
  if (!containerd || !isRunning(containerd)) return;
  const ctr = (...args: string[]) =>
    runCommand("ctr", ["--address", socket, "--namespace", "k8s.io", ...args], { timeoutMs: 15_000 });
  const left = async () => (await ctr("tasks", "ls", "--quiet")).split("\n").filter(Boolean);
  try {
    const tasks = await left();
    if (tasks.length > 0)
      await ctr("tasks", "rm", "--force", ...tasks).catch(async (error: unknown) => {
        if ((await left()).length > 0) throw error;
      });
  } catch (error) {
    report(`containerd does not remove its containers: ${error instanceof Error ? error.message : error}`);
  }
}

function removeFiles(paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
