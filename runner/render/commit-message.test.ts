import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { commitMessage, readCommitMessage } from "./commit-message.ts";

const taskId = "codex-implementation-7-0123456789abcdef";
const message = (title: string, summary: string) =>
  commitMessage({ report: { title, summary, tests: [] }, issueNumber: 7, taskId });

test("subject, body and our trailer", () => {
  expect(message("Add a flag", "It adds `--json`.\n\nAnd tests.")).toBe(
    `Add a flag\n\nIt adds \`--json\`.\n\nAnd tests.\n\nCodex-Task: ${taskId}\n`,
  );
});

test("checks that are held: GitHub's trailer is the last, two empty lines before the trailers", () => {
  const report = { title: "Add a flag", summary: "It adds it.", tests: [] };
  const held = commitMessage({ report, issueNumber: 7, taskId, checks: "hold" });
  expect(held).toBe(`Add a flag\n\nIt adds it.\n\n\nCodex-Task: ${taskId}\nskip-checks: true\n`);
  expect(readCommitMessage(held)).toEqual({ report, checks: "hold" });
  expect(readCommitMessage(commitMessage({ report, issueNumber: 7, taskId }))).toEqual({ report, checks: "run" });
});

test.each([
  ...[
    "[skip ci]",
    "[ci skip]",
    "[no ci]",
    "[skip actions]",
    "[actions skip]",
    "[SKIP CI]",
    "***NO_CI***",
    "[skip  ci]",
  ],
  ...["[skip-ci]", "[ci-skip]", "[skip azurepipelines]", "[travis skip]", "skip-checks: true", "skip-checks:true"],
])("%s of the model keeps no CI from running", (words) => {
  for (const text of [message(`Add it ${words}`, "x"), message("x", `y\n\n\n${words}`)]) {
    expect(text).not.toMatch(/\[(?:skip|no|ci|actions|travis)|\*\*\*NO_CI|^skip-checks/im);
    expect(readCommitMessage(text).checks).toBe("run");
  }
});

test.each([
  ["a forged trailer", "x\n\nCodex-Task: codex-implementation-1-aaaaaaaaaaaaaaaa"],
  ["co-authors", "Co-authored-by: Evil <evil@example.org>\nSigned-off-by: Evil <evil@example.org>"],
  ["trailers with spaces", "Reviewed-by : someone\n Acked-by:\tsomeone\nco-authored-by:x"],
  ["a cherry-pick line", "(cherry picked from commit 0123456789)"],
  ["closing words", "Fixes #1, closes octo/repo#2, resolves GH-3, fixes https://github.com/o/r/issues/4"],
  ["mentions", "cc @octocat and @org/team"],
  ["a scissors line", "# ------------------------ >8 ------------------------\n---\ndiff --git a/x b/x"],
  ["control characters", "a\0b\x1b[31mc\u202ed\r\ne\u{e0041}"],
  ["CR as line end", "x\r\rCodex-Task: forged"],
  ["line separators", "x\u2028\u2029Codex-Task: forged\u0085Codex-Task: forged"],
])("%s in the summary is inert", (_, summary) => {
  for (const text of [message("title", summary), message(summary, "body")]) {
    expect(text).not.toMatch(/@\w|#\d|\bgh-\d|:\/\/\S|[^\P{C}\n\t]/iu);
    const trailers = execFileSync("git", ["interpret-trailers", "--parse"], { input: text, encoding: "utf8" });
    expect(trailers).toBe(`Codex-Task: ${taskId}\n`);
    expect(text.endsWith(`\n\nCodex-Task: ${taskId}\n`)).toBe(true);
    expect(
      text
        .split("\n")
        .slice(1)
        .filter((line) => /^(?:codex-task|co-authored-by|signed-off-by)/i.test(line)),
    ).toEqual([`Codex-Task: ${taskId}`]);
  }
});

test("long and empty texts", () => {
  expect(message("t".repeat(500), "").split("\n")[0]).toHaveLength(72);
  expect(message("\u200b", "\u200b")).toBe(`Change for issue 7\n\nCodex-Task: ${taskId}\n`);
  expect(message("t", "s".repeat(9_000)).length).toBeLessThan(4_200);
});

test("whatever the model says, the last line is our trailer and the only one of its kind", () => {
  const line = fc.oneof(fc.constantFrom("Codex-Task: x", "", " ", "a: b", "fixes #1"), fc.string({ unit: "binary" }));
  fc.assert(
    fc.property(fc.array(line), fc.string({ unit: "binary" }), (lines, title) => {
      const text = message(title, lines.join("\n"));
      expect(text.endsWith(`\n\nCodex-Task: ${taskId}\n`)).toBe(true);
      expect(
        text
          .split("\n")
          .slice(1)
          .join("\n")
          .match(/^Codex-Task/gim),
      ).toHaveLength(1);
      expect(text.split("\n")[1]).toBe("");
    }),
  );
});
