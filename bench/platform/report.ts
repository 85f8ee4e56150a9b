import { type Stage, stages } from "@froussard/contract";
import { showSpread, spreadOf } from "../spread.ts";
import { table } from "../table.ts";
import { type Hop, hops } from "./hops.ts";
import type { StageTimes } from "./measure-pipelines.ts";

export interface PlatformTimes {
  /** Milliseconds from webhook to Workflow, of each task. */
  handOver: readonly number[];
  pipelines: readonly StageTimes[];
}

/** The value that `part` of all do not exceed. @throws Error when nothing was measured */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)];
  if (found === undefined) throw new Error("nothing was measured");
  return found;
}

/** First targets, in seconds. */
const limits = { handOverP50: 0.5, handOverP99: 3, firstRequest: 20 };
const untilModel = hops.slice(0, hops.findIndex((hop) => hop.startsWith("to the model's first")) + 1);

/** Tables of what was measured, and whether the targets are met. */
export function reportPlatform({ handOver, pipelines }: PlatformTimes): string {
  const of = (stage: Stage) => pipelines.filter((run) => run.stage === stage);
  const row = (name: string, value: (run: StageTimes) => number) => [
    name,
    ...stages.map((stage) => showSpread(spreadOf(of(stage).map((run) => value(run) / 1000)), 1)),
  ];
  const toModel = (run: StageTimes) => untilModel.reduce((sum, hop: Hop) => sum + run.hops[hop], 0) / 1000;
  const [p50, p99] = [quantile(handOver, 0.5) / 1000, quantile(handOver, 0.99) / 1000];
  const slowest = Math.max(...of("planning").map(toModel));
  return [
    `webhook to Workflow, ${handOver.length} tasks: p50 ${p50.toFixed(2)} s, p99 ${p99.toFixed(2)} s`,
    "",
    table(
      ["seconds", ...stages],
      [...hops.map((hop) => row(hop, (run) => run.hops[hop])), row("whole", ({ totalMs }) => totalMs)],
    ),
    "",
    verdict(p50 < limits.handOverP50, `webhook to Workflow: p50 below ${limits.handOverP50} s`),
    verdict(p99 < limits.handOverP99, `webhook to Workflow: p99 below ${limits.handOverP99} s`),
    verdict(
      slowest < limits.firstRequest,
      `webhook to Codex's first request (slowest ${slowest.toFixed(1)} s): below ${limits.firstRequest} s`,
    ),
  ].join("\n");
}

const verdict = (isMet: boolean, what: string) => `${isMet ? "met     " : "NOT MET "} ${what}`;
