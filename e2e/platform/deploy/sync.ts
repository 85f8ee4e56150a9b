import { setTimeout as wait } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster.ts";
import { type Manifest, manifestList } from "../controllers/manifest.ts";
import { healthOf } from "./health.ts";
import { type SyncWave, syncWaves } from "./sync-order.ts";

export interface SyncOptions {
  /** After each look at what is not healthy yet: what a controller of the cluster would do by itself. */
  whileWaiting?(wave: SyncWave): Promise<void>;
  report(line: string): void;
  /** Longest that one wave may take to become healthy. @default 180_000 */
  waveMs?: number;
}

const lookMs = 500;

/**
 * Applies manifests as Argo CD with `ServerSideApply=true`: wave after wave, kinds in its order, under its name as the fields'
 * owner; each wave has to be healthy before the next. What was there already and is no longer wanted stays: nothing is pruned.
 * @throws Error that names what did not become healthy, with the reason
 */
export async function sync(cluster: Cluster, manifests: readonly Manifest[], options: SyncOptions): Promise<void> {
  for (const wave of syncWaves(manifests)) {
    await cluster.kubectl(
      ["apply", "--server-side", "--force-conflicts", "--field-manager=argocd-controller", "--filename=-"],
      { input: manifestList(wave.objects), timeoutMs: 120_000 },
    );
    await untilHealthy(cluster, wave, options);
    options.report(`wave ${wave.wave}: ${wave.objects.length} objects applied and healthy`);
  }
}

async function untilHealthy(cluster: Cluster, wave: SyncWave, options: SyncOptions): Promise<void> {
  const { waveMs = 180_000 } = options;
  const judged = wave.objects.filter(({ kind }) => watched.includes(kind));
  if (judged.length === 0) return;
  for (const end = performance.now() + waveMs; ; await wait(lookMs)) {
    await options.whileWaiting?.(wave);
    const left = await unhealthy(cluster, judged);
    if (left.length === 0) return;
    if (performance.now() > end)
      throw new Error(
        `wave ${wave.wave} is not healthy after ${waveMs / 1000} s:\n${left.map((line) => `  ${line}`).join("\n")}`,
      );
  }
}

/** Kinds with a rule; asking for the others would say nothing. */
const watched = ["Deployment", "KafkaTopic", "KafkaUser", "EventBus", "EventSource", "Sensor"];

async function unhealthy(cluster: Cluster, objects: readonly Manifest[]): Promise<string[]> {
  type Observed = Parameters<typeof healthOf>[0];
  const answer = await cluster.kubectlJson<Observed | { items: Observed[] }>(["get", "--filename=-"], {
    input: manifestList(objects),
  });
  // One object alone comes without a list round it.
  return ("items" in answer ? answer.items : [answer]).flatMap((item) => {
    const { status, message } = healthOf(item);
    return status === "Healthy" ? [] : [`${item.kind} ${item.metadata.name}: ${status}, ${message}`];
  });
}
