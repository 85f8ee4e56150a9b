import { codes, failureCodes } from "@froussard/contract";
import { expect, test } from "vitest";
import { isFinal } from "./is-final.ts";
import { emptyLedger } from "./ledger.ts";
import { newRecord, type RunRecord } from "./record.ts";

const closed = (changes: Partial<RunRecord>): RunRecord => ({
  ...newRecord("codex-planning-12-0123456789abcdef", emptyLedger("gpt-6.1-sol")),
  ...{ state: "closed", outcome: "failed", attempts: 1 },
  ...changes,
});
const { taskId: _, ...unknown } = closed({ code: "bad-credentials" });

test.each<[string, RunRecord, boolean, true | undefined]>([
  ["done", closed({ outcome: "done" }), false, undefined],
  ["the model is away", closed({ code: "model-unavailable" }), false, undefined],
  ["nothing was changed", closed({ code: "no-changes" }), false, true],
  ["the approval was taken back before the push", closed({ outcome: "refused", code: "not-approved" }), false, true],
  ["GitHub shows no approval yet", closed({ outcome: "refused", code: "not-approved", attempts: 0 }), false, undefined],
  ["GitHub shows no issue yet", closed({ outcome: "refused", code: "invalid-task", attempts: 0 }), false, undefined],
  ["nobody knows what went wrong", closed({ code: "internal" }), false, undefined],
  ["a dry run failed", closed({ code: "no-changes", dryRun: true }), true, undefined],
  ["a dry run failed before it was known which", closed({ code: "bad-credentials" }), true, undefined],
  ["texts by hand stood in", closed({ code: "no-changes", dryRun: true }), false, undefined],
  ["a run by hand, before it was known which", unknown, false, undefined],
])("%s", (_, record, dryRun, expected) => {
  expect(isFinal(record, dryRun)).toBe(expected);
});

test("no end that may be another one next time is final", () => {
  const final = failureCodes.filter((code) => isFinal(closed({ code }), false));
  expect(final.filter((code) => codes[code].type === "transient")).toEqual([]);
  expect(final.length).toBe(failureCodes.filter((code) => codes[code].type !== "transient").length - 1);
});
