import type { RunTaskResult } from "codex-runner/run/run-task-result";
import { expect } from "vitest";
import type { FaultRun } from "./fault-world.ts";

/** The account holds all that was billed, and no more than was set aside; it says so where it holds more than was billed. */
export function expectAccount(run: FaultRun, result: RunTaskResult): void {
  const { billed, account } = run.accounts(result);
  if (!account) throw new Error(`the run has no account:\n${run.log()}`);
  const told = account.inputTokens + account.outputTokens;
  expect(told, run.log()).toBeGreaterThanOrEqual(billed);
  expect(told).toBeLessThanOrEqual(account.reservedTokens);
  if (!account.estimated) expect(told).toBe(billed);
  expect(account.interrupted).toBeLessThanOrEqual(1);
}
