import { expect, test } from "vitest";
import { failuresOf, testReport } from "./test-report.ts";

const file = (name: string, status: string, message: string, tests: unknown[] = []) => ({
  name: `/checkout/${name}`,
  status,
  message,
  assertionResults: tests,
});

test("what failed is a line each: file, test and the first line of why", () => {
  const report = testReport.parse({
    numPassedTests: 2,
    numFailedTests: 2,
    testResults: [
      file("a.test.ts", "passed", "", [{ fullName: "a works", status: "passed", failureMessages: [] }]),
      file("b.test.ts", "failed", "", [
        { fullName: "b works", status: "passed" },
        { fullName: "b is quick", status: "failed", failureMessages: ["Error: too slow\n    at b.test.ts:3"] },
        { fullName: "b is cheap", status: "failed", failureMessages: [] },
      ]),
      file("c.test.ts", "failed", "SyntaxError: Unexpected token\n    at load"),
    ],
  });
  expect(failuresOf(report, "/checkout")).toEqual([
    "b.test.ts > b is quick: Error: too slow",
    "b.test.ts > b is cheap: no reason given",
    "c.test.ts: SyntaxError: Unexpected token",
  ]);
});
