import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { killNow, processStat } from "./process-control.ts";
import { createReporter, type Reporter } from "./reporter.ts";
import { type StateFolder, takeStateFolder } from "./state-folder.ts";

let folder: string;
let state: StateFolder;
let begun: number[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "reporter-"));
  const taken = await takeStateFolder(join(folder, "state"), new AbortController().signal);
  begun = [];
  state = {
    ...taken,
    remember(pid) {
      begun.push(pid);
      return taken.remember(pid);
    },
  };
});
afterEach(async () => {
  await state.release();
  rmSync(folder, { recursive: true, force: true });
});

const reporter = (signal = new AbortController().signal): Reporter =>
  createReporter({
    task: { stage: "planning", repository: "maintainer/hello", issueNumber: 1 },
    secrets: { githubToken: "none", openaiApiKey: "none" },
    settings: { passedOn: {} },
    basics: { path: process.env["PATH"] ?? "", lang: "C.UTF-8" },
    state,
    main: join(import.meta.dirname, "testing", "waiting-report.ts"),
    signal,
    log: pino({ enabled: false }),
  });

function startedPid(): number {
  const [pid] = begun;
  if (!pid) throw new Error("no report was begun");
  return pid;
}
/** One that nobody has collected yet lives no more. */
const lives = (pid: number) => !["Z", "X", undefined].includes(processStat(pid)?.state);

test.each([
  [{ outcome: "done" }, { outcome: "done" }],
  [
    { outcome: "failed", code: "idle", detail: "why" },
    { outcome: "failed", code: "agent-lost", detail: "why" },
  ],
  [
    { outcome: "failed", code: "internal" },
    { outcome: "failed", code: "internal" },
  ],
] as const)("it is told how the run ended, and answers: %j", async (closed, answer) => {
  expect(await reporter().tell({ state: "closed", ...closed })).toEqual(answer);
  expect(begun).toHaveLength(1);
});

test("begun before the end, it waits for it", async () => {
  const waiting = reporter();
  waiting.begin();
  waiting.begin();
  expect(await waiting.tell({ state: "closed", outcome: "done" })).toEqual({ outcome: "done" });
  expect(begun).toHaveLength(1);
});

test("one that was killed while it waited is made up for", async () => {
  const waiting = reporter();
  waiting.begin();
  killNow(startedPid());
  // Nothing is begun while the first one is not known to have ended.
  const begunNow = () => {
    waiting.begin();
    return begun.length;
  };
  await expect.poll(begunNow).toBe(2);
  expect(await waiting.tell({ state: "closed", outcome: "done" })).toEqual({ outcome: "done" });
});

test("one that nobody needs is ended", async () => {
  const waiting = reporter();
  waiting.begin();
  await waiting.stop();
  expect(lives(startedPid())).toBe(false);
});

test("a run that is stopped has nothing told", async () => {
  const ending = new AbortController();
  const waiting = reporter(ending.signal);
  ending.abort(new Error("stopped"));
  await expect(waiting.tell({ state: "closed", outcome: "done" })).rejects.toThrow("stopped");
  expect(lives(startedPid())).toBe(false);
});
