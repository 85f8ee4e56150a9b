import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Spread, showSpread, spreadOf } from "../spread.ts";
import { table } from "../table.ts";

/** Milliseconds of whole runs, each beside the other. */
export interface SynthRun {
  importsMs: number;
  synthMs: number;
}

/** How many times loading its imports the synth may take. */
const limit = 3;

/** Runs both programs in turn, after one run of each that is not counted. @throws Error when one of them fails */
export function benchSynth(rounds: number, report: (line: string) => void): SynthRun[] {
  const folder = mkdtempSync(join(tmpdir(), "froussard-bench-"));
  const both = (): SynthRun => ({
    importsMs: timed(["imports.ts"]),
    synthMs: timed(["synth.ts", join(folder, "dist")]),
  });
  try {
    both();
    return Array.from({ length: rounds }, (_, index) => {
      const run = both();
      report(`${index + 1}/${rounds} imports ${run.importsMs.toFixed(0)} ms, synth ${run.synthMs.toFixed(0)} ms`);
      return run;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function timed([program = "", ...args]: readonly string[]): number {
  const started = performance.now();
  const ran = spawnSync(process.execPath, [join(import.meta.dirname, program), ...args], { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`bench/synth/${program} ended with ${ran.status}: ${ran.stderr}`);
  return performance.now() - started;
}

/** The ratio of each pair of runs. */
export const synthRatio = (runs: readonly SynthRun[]): Spread =>
  spreadOf(runs.map(({ importsMs, synthMs }) => synthMs / importsMs));

export function reportSynth(runs: readonly SynthRun[]): string {
  const ratio = synthRatio(runs);
  const rows = [
    ["loading the imports, ms", showSpread(spreadOf(runs.map(({ importsMs }) => importsMs)), 0)],
    ["synth, ms", showSpread(spreadOf(runs.map(({ synthMs }) => synthMs)), 0)],
    ["ratio", showSpread(ratio, 2)],
  ];
  const verdict = ratio.median <= limit ? "met    " : "NOT MET";
  return `${table(["", "median (min-max)"], rows)}\n\n${verdict}  synth takes at most ${limit} times loading its imports`;
}
