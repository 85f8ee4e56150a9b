import { limits, markedComment, markers, type RunIds } from "@froussard/contract";
import { expect, test } from "vitest";
import { instructionFiles } from "../../git/instruction-files.ts";
import { emptyLedger } from "../../mediator/ledger.ts";
import { type RunRecord, recordSchema } from "../../mediator/record.ts";
import { sandboxChecks } from "../../protocol.ts";
import { progressText } from "./progress-text.ts";

/** The longest record there can be, of one character wherever others decide; `<` is the longest where it is escaped. */
function longestRecord(character: string): RunRecord {
  const text = (length: number) => character.repeat(length);
  return recordSchema.parse({
    taskId: "codex-implementation-2147483647-0123456789abcdef",
    state: "closed",
    outcome: "failed",
    code: "sandbox-unavailable",
    detail: text(1_000),
    url: `https://example.org/${"u".repeat(480)}`,
    attempts: 9,
    interrupted: 9,
    base: { branch: text(250), commit: "a".repeat(40) },
    commit: "b".repeat(40),
    instructions: instructionFiles(Array.from({ length: 99 }, () => `${text(290)}/AGENTS.md`)),
    ledger: {
      ...emptyLedger("m".repeat(100), { effort: "medium", sandbox: "require" }),
      proof: { proven: [...sandboxChecks], unproven: [...sandboxChecks] },
      codexVersion: "9".repeat(40),
      promptSha256: "c".repeat(64),
      inputTokens: Number.MAX_SAFE_INTEGER,
      outputTokens: Number.MAX_SAFE_INTEGER,
      cost: "9999999999.9999 USD",
    },
    resultSha256: "d".repeat(64),
    resultAt: "2026-01-05T12:00:00.000Z",
  });
}

test.each(["x", "<", "*", "\\", '"', "\u0001", "@", "文"])(
  "a progress comment holds the longest record and the longest list, all of %j",
  (character) => {
    const record = longestRecord(character);
    const ids: RunIds = {
      taskId: record.taskId ?? "",
      subjectId: "e".repeat(64),
      about: `plan:${Number.MAX_SAFE_INTEGER}:${"f".repeat(64)}`,
      stage: "implementation",
      record,
    };
    const todo = Array.from({ length: 20 }, () => ({ text: character.repeat(200), done: false }));
    const shown = { state: "working", report: { activity: "searching", todo }, ledger: record.ledger, record } as const;
    const body = markedComment(markers.progress, ids, progressText({ stage: "implementation" }, shown));
    expect(body.length).toBeLessThan(limits.githubBodyCharacters);
  },
);
