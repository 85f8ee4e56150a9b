import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { emptyLedger, withOpenCharged } from "../ledger.ts";
import { createBudget } from "./budget.ts";

const budgetOf = (limit: number, changed = () => {}) => {
  const ledger = emptyLedger("m");
  return { ledger, budget: createBudget({ limit, ledger, changed, maxOutputTokens: 5_000 }) };
};

const nothing = { cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };

test("a settled request costs what the provider reports, once", () => {
  const changed = vi.fn();
  const { ledger, budget } = budgetOf(100_000, changed);
  const reservation = budget.reserve(3_000);
  expect(reservation?.maxOutputTokens).toBe(5_000);
  expect(budget.free()).toBe(100_000 - 1_000 - 5_000);
  reservation?.settle({
    inputTokens: 900,
    cachedInputTokens: 100,
    cacheWriteTokens: 7,
    outputTokens: 50,
    reasoningTokens: 20,
  });
  reservation?.charge();
  expect(ledger).toMatchObject({
    inputTokens: 900,
    cachedInputTokens: 100,
    cacheWriteTokens: 7,
    outputTokens: 50,
    reasoningTokens: 20,
    reservedTokens: 6_000,
    estimatedTokens: 0,
    requests: 1,
    estimated: false,
  });
  expect(budget.free()).toBe(100_000 - 950);
  // When it was set aside, and when it ended.
  expect(changed).toHaveBeenCalledTimes(2);
});

test("what is set aside stands in the ledger until its request has ended, for whoever takes it over", () => {
  const told: unknown[] = [];
  const { ledger, budget } = budgetOf(100_000, () => told.push(structuredClone(ledger.open)));
  const first = budget.reserve(3_000, 2_000);
  const second = budget.reserve(300, 4_000);
  expect(ledger.open).toEqual({ requests: 2, inputTokens: 1_100, outputTokens: 6_000 });
  expect(withOpenCharged(structuredClone(ledger))).toEqual({
    ...emptyLedger("m"),
    ...{ requests: 2, inputTokens: 1_100, outputTokens: 6_000, reservedTokens: 7_100, estimatedTokens: 7_100 },
    estimated: true,
  });
  first?.settle({ inputTokens: 900, ...nothing, outputTokens: 50 });
  expect(ledger.open).toEqual({ requests: 1, inputTokens: 100, outputTokens: 4_000 });
  second?.release();
  expect(ledger).not.toHaveProperty("open");
  expect(told.map((open) => open !== undefined)).toEqual([true, true, true, false]);
  expect(withOpenCharged(ledger)).toBe(ledger);
});

test("a cut answer is charged its reservation, and the sum says that it is an estimate", () => {
  const { ledger, budget } = budgetOf(100_000);
  budget.reserve(3_000, 2_000)?.charge();
  expect(ledger).toMatchObject({
    ...{ inputTokens: 1_000, outputTokens: 2_000, requests: 1, estimated: true },
    ...{ reservedTokens: 3_000, estimatedTokens: 3_000 },
  });
});

test("a refused request costs nothing", () => {
  const { ledger, budget } = budgetOf(100_000);
  budget.reserve(3_000)?.release();
  expect(ledger).toEqual(emptyLedger("m"));
  expect(budget.free()).toBe(100_000);
});

test("the last answers are made shorter, and then there are none", () => {
  const { budget } = budgetOf(10_000);
  expect(budget.reserve(3 * 2_000)?.maxOutputTokens).toBe(5_000);
  expect(budget.reserve(3 * 1_000)?.maxOutputTokens).toBe(2_000);
  expect(budget.reserve(3)).toBeUndefined();
});

test("property: requests side by side never reserve or spend more than the limit", () => {
  const step = fc.record({ bytes: fc.nat(60_000), end: fc.constantFrom("settle", "charge", "release", "open") });
  fc.assert(
    fc.property(fc.integer({ min: 1_000, max: 200_000 }), fc.array(step), (limit, steps) => {
      const { ledger, budget } = budgetOf(limit);
      for (const { bytes, end } of steps) {
        const reservation = budget.reserve(bytes);
        const inputTokens = Math.floor(bytes / 4);
        if (end === "settle")
          reservation?.settle({ inputTokens, ...nothing, outputTokens: reservation.maxOutputTokens });
        if (end === "charge") reservation?.charge();
        if (end === "release") reservation?.release();
        expect(budget.free()).toBeGreaterThanOrEqual(0);
        expect(ledger.inputTokens + ledger.outputTokens).toBeLessThanOrEqual(limit);
      }
    }),
  );
});
