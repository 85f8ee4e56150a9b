import { expect, test } from "vitest";
import { belongsTo } from "./pull-facts.ts";

const issue = {
  repository: "octo/hello",
  number: 12,
  createdAt: "2026-03-01T10:00:00Z",
  branchPrefix: "codex/issue-",
};
const pull = { headBranch: "codex/issue-12-0123abcd", body: "", createdAt: "2026-03-01T10:05:00Z" };

test.each([
  ["by its branch", pull, true],
  ["by its words, whatever its branch", { ...pull, headBranch: "other", body: "Fixes: #12" }, true],
  ["not by a branch of another issue", { ...pull, headBranch: "codex/issue-121-0123abcd" }, false],
  ["not by words for another issue", { ...pull, headBranch: "other", body: "Closes #121" }, false],
  // Issue and pull requests share their numbers, but a branch may have been pushed by hand before.
  ["not when it is older than the issue", { ...pull, createdAt: "2026-03-01T09:59:59Z" }, false],
])("a pull request is the issue's %s", (_, given, expected) => {
  expect(belongsTo(given, issue)).toBe(expected);
});
