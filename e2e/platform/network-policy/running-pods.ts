import * as z from "zod";
import type { ClusterAccess } from "./cluster-access.ts";
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
      .array(z.object({ containerID: z.string().optional(), state: z.object({ running: z.unknown().optional() }) }))
      .default([]),
  }),
});
const podsSchema = z.object({ items: z.array(podSchema) });

/** Every pod with a running container, in one namespace or in all. */
export async function runningPods(access: ClusterAccess, namespace?: string): Promise<RunningPod[]> {
  const where = namespace === undefined ? ["--all-namespaces"] : ["--namespace", namespace];
  const listed = await access.kubectl(["get", "pods", ...where, "--output", "json"]);
  const processes = processesIn(await access.ctr(["tasks", "list"]));
  return podsSchema.parse(JSON.parse(listed)).items.flatMap(({ metadata, spec, status }): RunningPod[] => {
    const { name, namespace, labels, deletionTimestamp } = metadata;
    const process = status.containerStatuses
      .filter(({ state }) => state.running !== undefined)
      .map(({ containerID = "" }) => processes.get(containerID.replace("containerd://", "")))
      .find((found) => found !== undefined);
    if (process === undefined || status.podIP === undefined || spec.hostNetwork || deletionTimestamp !== undefined)
      return [];
    const ports = spec.containers
      .flatMap(({ ports }) => ports)
      .filter(({ protocol }) => protocol === "TCP")
      .map(({ containerPort }) => containerPort);
    return [{ name, namespace, labels, address: status.podIP, network: `/proc/${process}/ns/net`, ports }];
  });
}

/** Of each running container, the number of its first process on the node. */
function processesIn(tasks: string): ReadonlyMap<string, string> {
  return new Map([...tasks.matchAll(/^(\S+)\s+([0-9]+)\s+RUNNING\s*$/gm)].map(([, id = "", pid = ""]) => [id, pid]));
}
