import { showSpread, spreadOf } from "../spread.ts";
import { table } from "../table.ts";
import { type RunnerRun, type Stage, stages } from "./bench-runner.ts";
import { watched } from "./peak-memory.ts";
import { overheadMs, phases } from "./phases.ts";

/** First targets: what a run may cost round Codex, and what mediator and wrapper may hold. */
const limits = { overheadMs: 3_000, peakBytes: 120 * 1024 * 1024 };

/** Tables of what was measured, and whether the targets are met. */
export function reportRunner(runs: readonly RunnerRun[]): string {
  const of = (stage: Stage) => runs.filter((run) => run.stage === stage);
  const row = (name: string, value: (run: RunnerRun) => number, digits = 0) => [
    name,
    ...stages.map((stage) => showSpread(spreadOf(of(stage).map(value)), digits)),
  ];
  const rows = [
    ...phases.map((phase) => row(`${phase}, ms`, ({ times }) => times[phase])),
    row("all but codex, ms", ({ times }) => overheadMs(times)),
    row("plain git: clone, commit, push, ms", (run) => run.plainGitMs),
    row("all but codex / plain git", (run) => overheadMs(run.times) / run.plainGitMs, 2),
    ...watched.map((kind) => row(`peak memory of ${kind}, MB`, ({ peaks }) => peaks[kind] / 1024 / 1024)),
  ];
  return `${table(["", ...stages], rows)}\n\n${targets(runs).join("\n")}`;
}

function targets(runs: readonly RunnerRun[]): string[] {
  const overhead = stages.map((stage) => {
    const { median } = spreadOf(runs.filter((run) => run.stage === stage).map(({ times }) => overheadMs(times)));
    return verdict(median < limits.overheadMs, `${stage}: less than ${limits.overheadMs / 1000} s round Codex`);
  });
  const memory = (["mediator", "agent"] as const).map((kind) => {
    const { max } = spreadOf(runs.map(({ peaks }) => peaks[kind]));
    return verdict(max < limits.peakBytes, `${kind}: less than ${limits.peakBytes / 1024 / 1024} MB`);
  });
  return [...overhead, ...memory];
}

function verdict(isMet: boolean, what: string): string {
  return `${isMet ? "met     " : "NOT MET "} ${what}`;
}
