import { setTimeout as wait } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster.ts";

interface Pod {
  metadata: { name: string; deletionTimestamp?: string };
  status?: {
    phase?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: { state?: { waiting?: { reason?: string; message?: string } } }[];
  };
}

/**
 * Waits for what Argo CD does not look at: the pods that Argo Events made for the bus, the EventSource and the Sensor. Pods of
 * runs, which end, are not meant.
 * @throws Error that names the pods that are not ready after two minutes, with why
 */
export async function untilPodsReady(
  cluster: Cluster,
  namespaces: readonly string[],
  report: (line: string) => void,
  limitMs = 180_000,
): Promise<void> {
  for (const namespace of namespaces) {
    for (const end = performance.now() + limitMs; ; await wait(500)) {
      const { items } = await cluster.kubectlJson<{ items: Pod[] }>([
        ...["get", "pods", `--namespace=${namespace}`, "--selector=!workflows.argoproj.io/workflow"],
      ]);
      const left = items.filter(({ metadata }) => !metadata.deletionTimestamp).filter((pod) => !isReady(pod));
      if (items.length > 0 && left.length === 0) break;
      if (performance.now() > end) throw new Error(`not ready in ${namespace}: ${left.map(told).join("; ")}`);
    }
    report(`pods of ${namespace} are ready`);
  }
}

const isReady = ({ status }: Pod) =>
  status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;

function told({ metadata, status }: Pod): string {
  const reasons = status?.containerStatuses?.flatMap(
    ({ state }) => state?.waiting?.message ?? state?.waiting?.reason ?? [],
  );
  return `${metadata.name} (${[status?.phase, ...(reasons ?? [])].join(", ")})`;
}
