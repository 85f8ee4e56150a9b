import { setTimeout as wait } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster.ts";
import { type Manifest, manifestList } from "../controllers/manifest.ts";
import { healthOf } from "./health.ts";
import { applyArguments, itemsOf, outOfSync } from "./out-of-sync.ts";
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
 * Applies manifests as Argo CD does with the options of our Application: wave after wave, kinds in its order, only what differs;
 * each wave has to be healthy before the next. What was there already and is no longer wanted stays: nothing is pruned.
 * @throws Error that names what did not become healthy, with the reason
 */
export async function sync(cluster: Cluster, manifests: readonly Manifest[], options: SyncOptions): Promise<void> {
  for (const wave of syncWaves(manifests)) {
    const changed = await outOfSync(cluster, wave.objects);
    if (changed.length > 0) await cluster.kubectl(applyArguments, { input: manifestList(changed), timeoutMs: 120_000 });
    await untilHealthy(cluster, wave, options);
    options.report(`wave ${wave.wave}: ${changed.length} of ${wave.objects.length} objects changed, all healthy`);
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
  return itemsOf(answer).flatMap((item) => {
    const { status, message } = healthOf(item);
    return status === "Healthy" ? [] : [`${item.kind} ${item.metadata.name}: ${status}, ${message}`];
  });
}
