import { expect, test } from "vitest";
import { settingsHelp } from "./settings-help.ts";

const lines = settingsHelp().split("\n");

test.each([
  ["CODEX_MODEL", /\(default: gpt-/],
  ["CODEX_TOKEN_BUDGET", /tokens that one run may use \(default: \d+\)/],
  ["CODEX_BRANCH_PREFIX", /\(default: codex\/issue-\)/],
  ["CODEX_TRIGGER_LOGINS", /may approve.*\(default: /],
])("%s is explained with its default", (name, expected) => {
  expect(lines.filter((line) => line.includes(` ${name} `))).toEqual([expect.stringMatching(expected)]);
});

test("no line is wider than an ordinary window", () => {
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(130);
});
