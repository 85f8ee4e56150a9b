import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findCodex } from "../codex/codex-binary.ts";
import { agentFolder } from "./agent-process.ts";
import { type AttemptOptions, attempt } from "./attempt.ts";
import { type StateFolder, takeStateFolder } from "./state-folder.ts";

let folder: string;
let state: StateFolder;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "attempt-"));
  state = await takeStateFolder(join(folder, "state"), new AbortController().signal);
});
afterEach(async () => {
  await state.release();
  rmSync(folder, { recursive: true, force: true });
});

const options = (changes: Partial<AttemptOptions> = {}): AttemptOptions => ({
  task: { stage: "planning", repository: "maintainer/hello", issueNumber: 1 },
  secrets: { githubToken: "none", openaiApiKey: "none" },
  settings: {},
  basics: { path: process.env["PATH"] ?? "", lang: "C.UTF-8" },
  codex: findCodex(),
  readablePaths: [],
  limits: { processes: 500, memoryMiB: 2_000, diskMiB: 2_000 },
  state,
  main: join(import.meta.dirname, "testing", "closed-mediator.ts"),
  signal: new AbortController().signal,
  log: pino({ enabled: false }),
  stopGraceMs: 5_000,
  readyTimeoutMs: 20_000,
  ...changes,
});

/** Command lines of what was started for this run and lives. */
async function left(): Promise<string[]> {
  const commands = (await readdir("/proc"))
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""));
  return (await Promise.all(commands)).filter((command) => command.includes(agentFolder(state)));
}

describe.skipIf(process.platform !== "linux")("an attempt that has nothing to do for its agent", () => {
  // The agent ends at another moment of its start each time.
  test.each([1, 2, 3, 4, 5])("ends at once, and with it the agent that was begun (%i)", async () => {
    const began = performance.now();
    expect(await attempt(options())).toEqual({ state: "closed", outcome: "done" });
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(await left()).toEqual([]);
  });

  test("aborted before its bubble is ready, it begins no agent", async () => {
    const ending = new AbortController();
    const running = attempt(options({ signal: ending.signal }));
    ending.abort(new Error("stopped"));
    await expect(running).rejects.toThrow("stopped");
    expect(await left()).toEqual([]);
  });
});
