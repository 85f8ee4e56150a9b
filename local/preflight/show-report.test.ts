import { readFileSync } from "node:fs";
import { join } from "node:path";
import { check, statuses } from "froussard/checks/finding";
import { viewOf } from "froussard/checks/show-report";
import { expect, test } from "vitest";
import { checkIds, preflightReportSchema, reportOf } from "./finding.ts";
import { showReport } from "./show-report.ts";

const report = reportOf([
  check("model").warning("a provider that says next to nothing of what it has, in a sentence of some length", "look"),
  check("repository", "ada/lab").fault("it is archived", "unarchive it:\nfirst line\n  second line"),
  check("node").ok("24.21.0"),
  check("clock").skipped("GitHub is away"),
]);

test("on a terminal: a table, fixes below, commands as they are to be copied", () => {
  expect(showReport(report, { terminal: true, colours: false, columns: 70 })).toMatchInlineSnapshot(`
    "✓ node               24.21.0
    ! model              a provider that says next to nothing of what it
                         has, in a sentence of some length
                         → look
    – clock              GitHub is away
    ✗ repository         ada/lab: it is archived
                         → unarchive it:
    first line
      second line

    not ready: 1 fault, 1 warning; what each means: docs/preflight.md"
  `);
});

test("elsewhere: a line each, status and check first; commands to copy in lines of their own", () => {
  expect(showReport(report, { terminal: false })).toMatchInlineSnapshot(`
    "ok      node: 24.21.0
    warning model: a provider that says next to nothing of what it has, in a sentence of some length | to do: look
    skipped clock: GitHub is away
    fault   repository ada/lab: it is archived | to do: unarchive it:
    first line
      second line
    not ready: 1 fault, 1 warning; what each means: docs/preflight.md"
  `);
});

test("colours where the terminal has some", () => {
  expect(showReport(report, { terminal: true })).toContain("\u001b[31m✗\u001b[39m");
  expect(viewOf({ write: () => true, isTTY: true, columns: 99, hasColors: () => false })).toEqual({
    terminal: true,
    colours: false,
    columns: 99,
  });
  expect(viewOf({ write: () => true })).toEqual({ terminal: false, colours: false });
});

test("texts of others cannot control a terminal, nor add lines", () => {
  const { found, about } = check("branch-rules", "a\nb").fault("ruleset \u001b]0;x\u0007\nok node: fine\u202e", "fix");
  expect([found, about]).toEqual(["ruleset ␛]0;x␇ ok node: fine", "a b"]);
});

test("a report is in the order of the checks, and of the form that --json promises", () => {
  expect(report.findings.map(({ id }) => id)).toEqual(["node", "model", "clock", "repository"]);
  expect(preflightReportSchema.parse(report).ready).toBe(false);
  expect(reportOf([check("model").warning("x", "y")]).ready).toBe(true);
});

test("docs/preflight.md has a line for each check, in this order, and names each status", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "preflight.md"), "utf8");
  expect([...page.matchAll(/^\| `([a-z-]+)`/gm)].map(([, id]) => id)).toEqual([...checkIds]);
  for (const status of statuses) expect(page).toContain(`\`${status}\``);
});
