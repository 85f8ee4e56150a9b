import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportOutputs } from "@froussard/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import { emptyLedger } from "../mediator/ledger.ts";
import type { RunAccount } from "../mediator/run-account.ts";
import { writeOutputs } from "./write-outputs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outputs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const written = () =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));

test("each output is there before anything is known", () => {
  writeOutputs(folder, {});
  expect(written()).toEqual({
    ...{
      planCommentUrl: "",
      pullRequestUrl: "",
      usage: "",
      stage: "none",
      outcome: "none",
      code: "none",
      type: "none",
    },
    ...{ inputTokens: "0", cachedTokens: "0", outputTokens: "0", agentSeconds: "0", cost: "0" },
  });
  expect(readdirSync(folder)).toEqual(reportOutputs.toSorted());
});

test("a failure tells its code and type, and each token once", () => {
  const usage: RunAccount = {
    ...emptyLedger("some model"),
    ...{ stage: "planning", attempts: 1, interrupted: 0, outcome: "failed", code: "budget-exhausted" },
    ...{ inputTokens: 1000, cachedInputTokens: 800, outputTokens: 50, seconds: 61.5, cost: "0.0231 USD" },
  };
  writeOutputs(folder, { outcome: "failed", code: "budget-exhausted", usage }, "planning");
  expect(written()).toMatchObject({
    ...{ stage: "planning", outcome: "failed", code: "budget-exhausted", type: "person" },
    ...{ inputTokens: "200", cachedTokens: "800", outputTokens: "50", agentSeconds: "61.5", cost: "0.0231" },
    usage: JSON.stringify(usage),
  });
});
