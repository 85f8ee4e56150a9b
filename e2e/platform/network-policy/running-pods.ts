import * as z from "zod";
import type { Cluster } from "../cluster/cluster.ts";
import { runCommand } from "../cluster/run-command.ts";
import type { Network } from "./in-network.ts";

/** A pod with a network of its own in which something runs. */
export interface RunningPod {
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  address: string;
  network: Network;
  /** TCP ports that its containers name. */
  ports: readonly number[];
  /** Those that run, each with the number that its first process has on the node. */
  containers: readonly { name: string; process: number }[];
}

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    hostNetwork: z.boolean().default(false),
    containers: z.array(
      z.object({
        ports: z.array(z.object({ containerPort: z.int(), protocol: z.string().default("TCP") })).default([]),
      }),
    ),
  }),
  status: z.object({
    podIP: z.string().optional(),
    containerStatuses: z
      .array(
        z.object({
          name: z.string(),
          containerID: z.string().optional(),
          state: z.object({ running: z.unknown().optional() }),
        }),
      )
      .default([]),
  }),
});
const podsSchema = z.object({ items: z.array(podSchema) });

/**
 * Every pod with a running container, in one namespace or in all. The API server picks them: those that have ended are
 * hundreds after a while, and a look at all of them would take longer than what is looked for lives.
 */
export async function runningPods(cluster: Cluster, namespace?: string): Promise<RunningPod[]> {
  const where = namespace === undefined ? ["--all-namespaces"] : ["--namespace", namespace];
  const listed = await cluster.kubectlJson<unknown>(["get", "pods", ...where, "--field-selector=status.phase=Running"]);
  const containerd = ["--address", cluster.state.containerdSocket, "--namespace", "k8s.io"];
  const processes = processesIn(await runCommand("ctr", [...containerd, "tasks", "list"]));
  return podsSchema.parse(listed).items.flatMap(({ metadata, spec, status }): RunningPod[] => {
    const { name, namespace, labels, deletionTimestamp } = metadata;
    const containers = status.containerStatuses.flatMap(({ name: container, containerID = "", state }) => {
      const process = processes.get(containerID.replace("containerd://", ""));
      return state.running === undefined || process === undefined ? [] : [{ name: container, process }];
    });
    const [first] = containers;
    if (!first || status.podIP === undefined || spec.hostNetwork || deletionTimestamp !== undefined) return [];
    const ports = spec.containers
      .flatMap(({ ports }) => ports)
      .filter(({ protocol }) => protocol === "TCP")
      .map(({ containerPort }) => containerPort);
    const network = `/proc/${first.process}/ns/net`;
    return [{ name, namespace, labels, address: status.podIP, network, ports, containers }];
  });
}

/** Of each running container, the number of its first process on the node. */
function processesIn(tasks: string): ReadonlyMap<string, number> {
  const lines = tasks.matchAll(/^(\S+)\s+([0-9]+)\s+RUNNING\s*$/gm);
  return new Map([...lines].map(([, id = "", process]) => [id, Number(process)]));
}
