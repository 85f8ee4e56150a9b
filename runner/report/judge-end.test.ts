import { codes, type FailureCode } from "@froussard/contract";
import { expect, test } from "vitest";
import { emptyLedger } from "../mediator/ledger.ts";
import { newRecord, type RunRecord } from "../mediator/record.ts";
import { type EndFacts, judgeEnd, labelOf } from "./judge-end.ts";

const pullRequest = { url: "https://github.example/pull/1", number: 1 };
const record = (changes: Partial<RunRecord>): RunRecord => ({
  ...newRecord("codex-planning-1-0123456789abcdef", emptyLedger("m")),
  ...changes,
});
const nothing: EndFacts = {
  stage: "implementation",
  record: undefined,
  found: {},
  told: undefined,
  issueClosed: false,
  cancelled: false,
};
const failed = { state: "closed", outcome: "failed", code: "idle", detail: "10 minutes" } as const;

test.each<[string, Partial<EndFacts>, string | undefined]>([
  ["the pull request is there", { found: { pullRequest } }, undefined],
  ["it is there although the record says failed", { found: { pullRequest }, record: record(failed) }, undefined],
  ["the plan is there", { stage: "planning", found: { planUrl: "x" } }, undefined],
  ["a plan is no pull request", { found: { planUrl: "x" } }, "no-progress"],
  ["the record says failed", { record: record(failed) }, "idle"],
  [
    "told already, and the record says something else",
    { told: { outcome: "failed", code: "cancelled" }, record: record(failed) },
    "cancelled",
  ],
  ["told as done, but nothing is there", { told: { outcome: "done" } }, "internal"],
  ["the record says done, but nothing is there", { record: record({ state: "closed", outcome: "done" }) }, "internal"],
  ["the issue is closed", { issueClosed: true, record: record({ state: "working" }) }, "issue-closed"],
  ["cancelled", { cancelled: true }, "cancelled"],
  ["the record's word comes before the issue's state", { issueClosed: true, record: record(failed) }, "idle"],
  ["the agent never answered", { record: record({ state: "working" }) }, "agent-lost"],
  ["the agent never came", { record: record({ state: "ready" }) }, "agent-lost"],
  ["cut while publishing", { record: record({ state: "result" }) }, "github-unavailable"],
  ["no word at all", {}, "no-progress"],
])("%s", (_, facts, code) => {
  const end = judgeEnd({ ...nothing, ...facts }, (each: FailureCode) => codes[each].outcome);
  expect(end.outcome === "done" ? undefined : end.code).toBe(code);
  if (end.outcome !== "done") expect(end.outcome).toBe(codes[end.code].outcome);
});

test.each([
  ["planning", "done", [], "codex:awaiting-approval"],
  ["planning", "done", ["codex:implementing"], "keep"],
  ["planning", "failed", ["codex:pr-open"], "keep"],
  ["implementation", "done", ["codex:implementing"], "codex:pr-open"],
  ["implementation", "refused", [], "codex:failed"],
  ["implementation", "cancelled", [], undefined],
] as const)("label of %s %s with %j", (stage, outcome, present, label) => {
  const end = outcome === "done" ? { outcome } : { outcome, code: "internal" as const, detail: "" };
  expect(labelOf(stage, end, present)).toBe(label);
});
