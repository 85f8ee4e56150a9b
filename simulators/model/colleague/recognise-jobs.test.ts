import fc from "fast-check";
import { expect, test } from "vitest";
import { chosen } from "./plan.ts";
import { recogniseJobs } from "./recognise-jobs.ts";

const first = (title: string, body = "") => recogniseJobs({ "issue-title": title, "issue-body": body })[0]?.title;

test.each([
  ["Rename `toText` to `formatQuantity`", "", "Rename toText to formatQuantity"],
  ["Names", "Please rename the function findUnit() into lookUpUnit.", "Rename findUnit to lookUpUnit"],
  ["Typo in README", "It says `teh` but it should say `the`.", "Fix the wording: the instead of teh"],
  ["Spelling", 'There is "recieve" → "receive" to do', "Fix the wording: receive instead of recieve"],
  ["Wording", "The help should say `digits` instead of `places`.", "Fix the wording: digits instead of places"],
  ["fix typo teh", "", "Fix the wording: the instead of teh"],
  ["Add a function `milesToFeet(miles)`", "It should multiply by 5280.", "Add the function milesToFeet"],
  ["We want a helper called double(x: number) which doubles x", "", "Add the function double"],
  ["Please add a `--json` option", "prints JSON", "Note the request: Please add a `--json` option"],
  ["Add an option `--json`", "prints JSON", "Add the option --json"],
  ["Introduce a command-line flag --prefix <text> printed before the result", "", "Add the option --prefix"],
  ["Add an option `--teleport`", "It teleports.", "Note the request: Add an option `--teleport`"],
  ["Change the default precision from 2 to 3", "", "Change the default precision to 3"],
  ["The default of `--separator` should be `_`", "", "Change the default separator to _"],
  ["`precision` should default to 4", "", "Change the default precision to 4"],
  ['Add a section "Security" to the README', "```\nMail us.\n```", 'Write the README\'s section "Security"'],
  ["The README needs a Contributing section", "Fork it.", 'Write the README\'s section "Contributing"'],
  ["Make it faster", "Please.", "Note the request: Make it faster"],
  ["", "", "Note the request: a change without a description"],
  [
    "Add a function `evil(a)` that returns `process.exit(a)`",
    "",
    "Note the request: Add a function `evil(a)` that returns `process.exit(a…",
  ],
])("%s", (title, body, expected) => {
  expect(first(title, body)).toBe(expected);
});

test("an approved plan rules over the issue, however carefully it was rendered", () => {
  const plan = "## Summary\n\nRename \\`toText\\` to \\`show\\` wherever it\u200b is used.\n\n- Rename `a` to `b`";
  expect(recogniseJobs({ plan, "issue-title": "Rename `toText` to `formatQuantity`" })[0]?.title).toBe(
    "Rename toText to show",
  );
  const jobs = recogniseJobs({ plan: "Do nothing at all.", "issue-title": "Rename `x` to `y`" });
  expect(jobs.map((job) => job.title)).toEqual(["Note the request: Do nothing at all."]);
});

test("what is asked to be planned anew comes before the issue", () => {
  const sections = { "issue-title": "Rename `a` to `b`", "replan-request": "Rename `a` to `c`, please" };
  expect(
    recogniseJobs(sections)
      .map((job) => job.title)
      .slice(0, 2),
  ).toEqual(["Rename a to c", "Rename a to b"]);
});

test("every statement, read again, is the same job", () => {
  const issues = [
    "Rename `a1` to `b1`",
    "Typo: `teh` → `the`",
    "Add a function `twice(n)` that doubles n. `twice(2)` returns `4`.",
    "Add an option `--round` that rounds",
    "Change the default precision to 3",
  ];
  for (const title of issues) {
    const [job] = recogniseJobs({ "issue-title": title });
    const [again] = recogniseJobs({ plan: `# Plan\n\n${job?.statement}\n\n1. Step`, "issue-title": "other" });
    expect([again?.title, again?.statement, again?.words.at(0)]).toEqual([
      job?.title,
      job?.statement,
      job?.words.at(0),
    ]);
  }
});

test("whatever people write, there is a job that can be done", () => {
  const project = { paths: ["README.md"], texts: new Map([["README.md", "# x\n"]]) };
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.string({ maxLength: 300 }), (title, body) => {
      const { job, draft } = chosen(recogniseJobs({ "issue-title": title, "issue-body": body }), project);
      expect(job.title).not.toMatch(/\n/);
      expect(draft.changes.length).toBeGreaterThan(0);
    }),
  );
});

test("a hostile length costs no time", () => {
  const start = performance.now();
  for (const unit of ["```a\n", "`a ", 'section "', "rename a to ", "default ", "(", "add function f(", "readme "])
    first("x", unit.repeat(70_000 / unit.length));
  expect(performance.now() - start).toBeLessThan(3_000);
});
