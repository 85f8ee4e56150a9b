import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fitted } from "./answer-schema.ts";
import { examplesOf, expressionOf } from "./behaviour.ts";
import { withEntry, withListItem } from "./markdown-edits.ts";
import { quote, readFiles } from "./shell.ts";
import { toPatch } from "./to-patch.ts";
import { withSection } from "./write-section.ts";

test.each([
  ["returns `a * b + 1`", ["a", "b"], "a * b + 1"],
  ["returns `Math.max(a, b)`", ["a", "b"], "Math.max(a, b)"],
  ["multiplies it by 1.5", ["a"], "a * 1.5"],
  ["the average of the numbers", ["list"], "list.reduce((sum, value) => sum + value, 0) / list.length"],
  ["returns `secret + a`", ["a"], undefined],
  ["returns `a; process.exit()`", ["a"], undefined],
  ["makes coffee", ["cup"], undefined],
])("behaviour: %s", (description, parameters, expected) => {
  expect(expressionOf(description, parameters)).toBe(expected);
});

test.each([
  ["`f(1)` returns `2`.", [{ args: "1", result: "2" }]],
  [
    'f(1, "a") → "b"\nf(2) === 3',
    [
      { args: '1, "a"', result: '"b"' },
      { args: "2", result: "3" },
    ],
  ],
  ["`f(x)` returns `y`", []],
  ["f(process.exit()) => 1", []],
])("examples: %s", (text, expected) => {
  expect(examplesOf(text, "f")).toEqual(expected);
});

test.each([
  ["# C\n\n## Unreleased\n\n- old\n", "# C\n\n## Unreleased\n\n- new\n- old\n"],
  ["# C\n\n## Unreleased\n\n## 1.0\n", "# C\n\n## Unreleased\n\n- new\n\n## 1.0\n"],
  ["# C\n\n## 1.0\n", "# C\n\n## Unreleased\n\n- new\n\n## 1.0\n"],
  ["# C\n", "# C\n\n## Unreleased\n\n- new\n"],
  ["## [Unreleased]\n\n- new\n", "## [Unreleased]\n\n- new\n"],
])("changelog: %j", (before, after) => {
  expect(withEntry(before, "new")).toBe(after);
});

test("a section is replaced, or added before the license; fences hide headings", () => {
  expect(withSection("# A\n\n## B\n\nold\n\n## C\n", "B", "new")).toBe("# A\n\n## B\n\nnew\n\n## C\n");
  expect(withSection("# A\n\n```\n## B\n```\n\n## License\n", "B", "new")).toBe(
    "# A\n\n```\n## B\n```\n\n## B\n\nnew\n\n## License\n",
  );
  expect(withListItem("## API\n\n- a\n  more\n\n## B\n\n- c\n", "API", "b")).toBe(
    "## API\n\n- a\n  more\n- b\n\n## B\n\n- c\n",
  );
});

test("a patch in the format of apply_patch", () => {
  const changes = [
    { path: "a", before: "1\n2\n3\n4\n5\n6\n", after: "1\n2\n3\n4\n5\nsix\n", reason: "" },
    { path: "b/c", before: undefined, after: "x\n\ny\n", reason: "" },
    { path: "d", before: "x", after: undefined, reason: "" },
  ];
  expect(toPatch(changes)).toBe(
    "*** Begin Patch\n*** Update File: a\n@@\n 3\n 4\n 5\n-6\n+six\n*** Add File: b/c\n+x\n+\n+y\n*** Delete File: d\n*** End Patch",
  );
});

test("whatever a word is, the shell sees that word", () => {
  const words = fc.sample(
    fc.string({ unit: "binary" }).filter((word) => word.isWellFormed()),
    100,
  );
  const printed = execFileSync("sh", ["-c", `printf '%s\\0' ${words.map(quote).join(" ")}`], { encoding: "utf8" });
  expect(printed.split("\0").slice(0, -1)).toEqual(words.map((word) => word.replaceAll("\0", "")));
});

test("files printed one after another come back whole", () => {
  expect(readFiles("== a\none\n\n== b/c d\n\n== e\nx\n", "==")).toEqual(
    new Map([
      ["a", "one\n"],
      ["b/c d", ""],
      ["e", "x"],
    ]),
  );
});

test("an answer is made to fit the schema it is asked for", () => {
  const text = { type: "string" };
  const schema = {
    type: "object",
    properties: {
      a: text,
      more: { type: "array", items: text },
      kind: { enum: ["x", "y"] },
      maybe: { anyOf: [text, { type: "null" }] },
    },
  };
  expect(fitted({ a: "1", extra: 2, kind: "y" }, schema)).toEqual({ a: "1", more: [], kind: "y", maybe: null });
});
