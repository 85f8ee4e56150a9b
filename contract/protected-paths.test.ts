import { describe, expect, test } from "vitest";
import { isProtectedPathEntry, parseProtectedPaths } from "./protected-paths.ts";

describe("entries", () => {
  test.each([
    ...["default", "deploy/**", "**/*.tf", "**/.npmrc", "infra/prod.yaml", "a-b_c@1+2~3/x", "*.lock", "**/x/**"],
    ...["!docs/AGENTS.md", "!**/AGENTS.md", "a/**/b", "...", "x".repeat(100)],
  ])("%s", (entry) => {
    expect(isProtectedPathEntry(entry)).toBe(true);
  });

  test.each([
    ...[
      "",
      " ",
      "!",
      "!!x",
      "/etc",
      "a//b",
      "a/",
      "./a",
      "a/../b",
      "..",
      "a/.",
      "**",
      "**/**",
      "*",
      "*/*",
      "a**",
      "**b",
    ],
    ...[
      "a b",
      "a\\b",
      "a,b",
      "a\nb",
      "a\0",
      "{{x}}",
      "{a,b}",
      "[ab]",
      "a?",
      "C:/x",
      "ü",
      "x".repeat(101),
      "a/".repeat(120),
    ],
  ])("refuses %j", (entry) => {
    expect(isProtectedPathEntry(entry)).toBe(false);
  });
});

describe("lists", () => {
  const read = (list: string) => parseProtectedPaths(list.split(","), ["one", "two"]);

  test.each([
    ["default", { patterns: ["one", "two"], except: [] }],
    ["default,deploy/**", { patterns: ["one", "two", "deploy/**"], except: [] }],
    ["deploy/**,one,one", { patterns: ["deploy/**", "one"], except: [] }],
    ["default,!two,one", { patterns: ["one", "two"], except: ["two"] }],
  ])("%s", (list, read_) => {
    expect(read(list)).toEqual(read_);
  });

  test.each([
    ["nothing protected", "!one"],
    ["an entry that is none", "default,../x"],
    ["an empty entry", "default,"],
    ["too many", Array.from({ length: 201 }, (_, index) => `f${index}`).join(",")],
  ])("refuses %s", (_, list) => {
    expect(read(list)).toBeUndefined();
  });
});
