import { expect, test } from "vitest";
import type { RunnerRun } from "./bench-runner.ts";
import { kindOf, peakBytes } from "./peak-memory.ts";
import { overheadMs, phaseTimes } from "./phases.ts";
import { reportRunner } from "./report.ts";

const lines = [
  { message: "task confirmed", at: 300 },
  { message: "working copy is there", at: 800 },
  { message: "sandbox is proven", at: 1_000 },
  { message: "progress", at: 1_500 },
  { message: "codex ended", at: 4_000 },
];

test("a run is cut where its log says that something has ended", () => {
  const times = phaseTimes(lines, 5_000);
  expect(times).toEqual({ mediator: 300, "working copy": 500, sandbox: 200, codex: 3_000, publishing: 1_000 });
  expect(overheadMs(times)).toBe(2_000);
  expect(() => phaseTimes(lines.slice(1), 5_000)).toThrow('the runner\'s log has no line "task confirmed"');
});

test.each([
  ["/opt/node/bin/node\0/src/runner/main.ts\0mediator\0", "mediator"],
  ["/opt/node/bin/node\0/opt/codex-runner/runner/main.ts\0agent\0", "agent"],
  ["/opt/node/bin/node\0--max-semi-space-size=1\0/src/runner/main.ts\0report\0", "report"],
  ["/usr/bin/bwrap\0--\0/opt/node/bin/node\0/opt/codex-runner/runner/main.ts\0agent\0", undefined],
  ["/opt/node/bin/node\0/src/local/main.ts\0run\0", undefined],
  ["", undefined],
])("a process is known by its command line: %j", (line, kind) => expect(kindOf(line, "runner/main.ts")).toBe(kind));

test("the highest resident memory is read, and is 0 of a process that ends", () => {
  expect(peakBytes("Name:\tnode\nVmHWM:\t   81920 kB\nVmRSS:\t   10 kB\n")).toBe(80 * 1024 * 1024);
  expect(peakBytes("Name:\tnode\nState:\tZ (zombie)\n")).toBe(0);
});

test("both stages stand side by side, with the targets", () => {
  const mb = 1024 * 1024;
  const run = (stage: RunnerRun["stage"], total: number): RunnerRun => ({
    stage,
    times: phaseTimes(lines, total),
    peaks: { mediator: 90 * mb, agent: 130 * mb, report: 80 * mb },
    plainGitMs: 500,
  });
  const runs = [run("planning", 4_500), run("planning", 5_000), run("implementation", 7_500)];
  expect(reportRunner(runs)).toMatchInlineSnapshot(`
    "|                                    |         planning | implementation |
    | ---------------------------------- | ---------------: | -------------: |
    | mediator, ms                       |              300 |            300 |
    | working copy, ms                   |              500 |            500 |
    | sandbox, ms                        |              200 |            200 |
    | codex, ms                          |             3000 |           3000 |
    | publishing, ms                     |   750 (500-1000) |           3500 |
    | all but codex, ms                  | 1750 (1500-2000) |           4500 |
    | plain git: clone, commit, push, ms |              500 |            500 |
    | all but codex / plain git          | 3.50 (3.00-4.00) |           9.00 |
    | peak memory of mediator, MB        |               90 |             90 |
    | peak memory of agent, MB           |              130 |            130 |
    | peak memory of report, MB          |               80 |             80 |

    met      planning: less than 3 s round Codex
    NOT MET  implementation: less than 3 s round Codex
    met      mediator: less than 120 MB
    NOT MET  agent: less than 120 MB"
  `);
});
