import { expect, test } from "vitest";
import { usageDifference } from "./usage-check.ts";

const reported = { input_tokens: 900, cached_input_tokens: 0, output_tokens: 40, reasoning_output_tokens: 0 };
const before = { inputTokens: 100, outputTokens: 10, estimatedTokens: 0 };

test("the same count of one attempt is no difference; an earlier attempt's tokens are not Codex's", () => {
  expect(
    usageDifference(reported, before, { inputTokens: 1_000, outputTokens: 50, estimatedTokens: 0 }),
  ).toBeUndefined();
});

test("another count is told, with what was only estimated", () => {
  expect(usageDifference(reported, before, { inputTokens: 1_300, outputTokens: 250, estimatedTokens: 500 })).toEqual({
    codex: { input: 900, output: 40 },
    mediator: { input: 1_200, output: 240, estimated: 500 },
  });
});
