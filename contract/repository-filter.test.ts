import { expect, test } from "vitest";
import { isExactName, repositoryFilter } from "./repository-filter.ts";

test.each([
  [["octocat/hello"], "octocat/hello", true],
  [["octocat/hello"], "Octocat/Hello", true],
  [["octocat/hello"], "octocat/hello2", false],
  [["octocat/*"], "octocat/hello", true],
  [["octocat/*"], "octocat/a/b", false],
  [["octocat/*"], "hubot/hello", false],
  [["*/hello"], "hubot/hello", true],
  [["*"], "octocat/hello", false],
  [["octocat/hell?"], "octocat/hello", true],
  [["octocat/a.b"], "octocat/axb", false],
  [["octocat/(x|hello)"], "octocat/hello", false],
  [["hubot/a", "octocat/*"], "octocat/hello", true],
  [[], "octocat/hello", false],
])("%j admits %s: %j", (patterns, repository, expected) => {
  expect(repositoryFilter(patterns)(repository)).toBe(expected);
});

test("tells names from patterns", () => {
  expect(["octocat/hello", "octocat/*", "octocat/hell?"].map(isExactName)).toEqual([true, false, false]);
});
