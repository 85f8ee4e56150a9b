import { markedComment, markers, RunFailure, type RunIds, type Stage, subjectId, taskId } from "@froussard/contract";
import { base, buildSnapshot } from "@froussard/contract/testing/build-snapshot";
import { expect, test } from "vitest";
import { emptyLedger } from "./ledger.ts";
import type { RunContext } from "./ports.ts";
import { newRecord } from "./record.ts";
import { reserveRun } from "./reserve-run.ts";

const subject = (stage: Stage) => subjectId({ repositoryId: 501, issueId: 7001, stage, about: "issue" });

function runOf(stage: Stage): RunContext {
  return {
    ...{ stage, about: "issue", subjectId: subject(stage), taskId: taskId(stage, 12, subject(stage), 0) },
    ...{ snapshot: buildSnapshot(), base, inputs: [], access: new Map(), webSearch: "disabled" },
  };
}

const idsOf = ({ taskId, subjectId, about, stage }: RunContext): RunIds => ({ taskId, subjectId, about, stage });

/** What is done on GitHub, in order, and the code that ended it. */
async function reserve(run: RunContext, perDay: number): Promise<string[]> {
  const calls: string[] = [];
  const ledger = emptyLedger("m");
  const record = newRecord(run.taskId, ledger);
  await reserveRun({
    ...{ run, ledger, record, limits: { perIssue: 10, perDay }, now: new Date(0) },
    facts: {
      progressSince: async () => {
        calls.push("count");
        const body = markedComment(markers.progress, { ...idsOf(run), record }, "…");
        return [{ id: 1, createdAt: new Date(0).toISOString(), body }];
      },
    },
    publisher: {
      progress: async () => void calls.push("progress comment"),
      label: async (_, label) => void calls.push(`label ${label}`),
    },
  }).catch((error: unknown) => {
    if (!(error instanceof RunFailure)) throw error;
    calls.push(error.code);
  });
  return calls;
}

test.each([
  ["planning", "codex:planning"],
  ["implementation", "codex:implementing"],
] as const)("the issue shows that %s is under way before an agent begins", async (stage, label) => {
  expect(await reserve(runOf(stage), 1)).toEqual(["progress comment", "count", `label ${label}`]);
});

test("what has no room is not shown as under way", async () => {
  expect(await reserve(runOf("planning"), 0)).toEqual(["progress comment", "count", "daily-limit"]);
});
