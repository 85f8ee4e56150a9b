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

test.each<[string, RunRecord, boolean, true | undefined]>([
  ["done", closed({ outcome: "done" }), false, undefined],
  ["the model is away", closed({ code: "model-unavailable" }), false, undefined],
  ["nothing was changed", closed({ code: "no-changes" }), false, true],
  ["the approval was taken back before the push", closed({ outcome: "refused", code: "not-approved" }), false, true],
  ["GitHub shows no approval yet", closed({ outcome: "refused", code: "not-approved", attempts: 0 }), false, undefined],
  ["GitHub shows no issue yet", closed({ outcome: "refused", code: "invalid-task", attempts: 0 }), false, undefined],
  ["nobody knows what went wrong before it began", closed({ code: "internal", attempts: 0 }), false, undefined],
  ["nobody knows what went wrong with it", closed({ code: "internal" }), false, true],
  ["GitHub refused the token", closed({ code: "bad-credentials", attempts: 0 }), false, true],
  ["a run by hand", closed({ code: "no-changes" }), true, undefined],
])("%s", (_, record, isByHand, expected) => {
  expect(isFinal(record, isByHand)).toBe(expected);
});

test("of a task that was begun, exactly the ends that are not transient are final", () => {
  const final = failureCodes.filter((code) => isFinal(closed({ code }), false));
  expect(final).toEqual(failureCodes.filter((code) => codes[code].type !== "transient"));
});
