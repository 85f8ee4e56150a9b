import { expect, test } from "vitest";
import { dryRunLog } from "./dry-run-log.ts";

test("each line is marked, whatever the text does to begin one or to move the cursor", () => {
  expect(dryRunLog('Plan\n\n{"ledger":{}}\r\u2028x\u001b[1A\u009b1A\u202egnp')).toBe(
    '| Plan\n|\n| {"ledger":{}}\n|\n| x␛[1A␡1Agnp\n',
  );
});

test("a long text is cut, and says so", () => {
  const log = dryRunLog("x".repeat(100_000));
  expect(log.length).toBeLessThan(60_010);
  expect(log).toMatch(/ … \(cut\)\n$/);
});
