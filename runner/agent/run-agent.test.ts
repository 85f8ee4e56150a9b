import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunResult, TaskAnswer, Work } from "../protocol.ts";
import { type MediatorClient, MediatorError } from "./mediator-client.ts";
import { runAgent } from "./run-agent.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-agent-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const task: Work = {
  state: "work",
  taskId: "codex-implementation-1-0123456789abcdef",
  stage: "implementation",
  prompt: "do it",
  baseCommit: "0".repeat(40),
  outputSchema: {},
  codex: { model: "gpt-6.1-sol", effort: "high", webSearch: "disabled", sandbox: "require" },
  deadlineMs: 60_000,
  idleMs: 60_000,
};
const closed: TaskAnswer = { state: "closed", outcome: "failed" };

/** An agent whose work ends before Codex is called, and a mediator that answers its results with these statuses. */
function start(...statuses: number[]) {
  const results: RunResult[] = [];
  const mediator: MediatorClient = {
    task: async () => task,
    workspace: () => Promise.reject(new Error("no working copy in this test")),
    progress: async () => {},
    async result(result) {
      results.push(result);
      const status = statuses.shift() ?? 200;
      if (status !== 200) throw new MediatorError(status, "/result");
      return closed;
    },
  };
  const answer = runAgent({
    mediator,
    address: { socketPath: join(folder, "mediator.sock") },
    bearer: "bearer",
    codex: "/nonexistent/codex",
    workspaceFolder: join(folder, "workspace"),
    codexHome: join(folder, "codex-home"),
    agentEnv: {},
    codexEnv: {},
    spawn: () => {
      throw new Error("Codex is not called in this test");
    },
    mediatorOnly: false,
    endOthers: () => {},
    signal: new AbortController().signal,
    log: pino({ enabled: false }),
  });
  return { answer, results };
}

test.each([
  [400, "the mediator refused the form of the result"],
  [413, "the change is too large"],
])(
  "a result that the mediator refuses with %i is handed over as a failure that trying again does not mend",
  async (status, detail) => {
    const { answer, results } = start(status);
    expect(await answer).toEqual(closed);
    expect(results).toHaveLength(2);
    expect(results[1]).toEqual({ kind: "failure", code: "invalid-changes", detail });
  },
);

test.each([[[503]], [[401]], [[400, 400]]])("a mediator that answers %j cannot be told", async (statuses) => {
  const { answer, results } = start(...statuses);
  await expect(answer).rejects.toMatchObject({ status: statuses[0] });
  expect(results).toHaveLength(statuses.length);
});
