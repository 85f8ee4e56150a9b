import { expect, test } from "vitest";
import { costOf, emptyLedger, ledgerSchema, withOpenCharged } from "./ledger.ts";

const prices = { input: 2, cached: 0.5, cacheWrite: 3, output: 10, currency: "EUR" };

test("each kind of token costs its own price", () => {
  const ledger = {
    ...emptyLedger("m"),
    ...{ inputTokens: 1_000_000, cachedInputTokens: 400_000, cacheWriteTokens: 100_000, outputTokens: 20_000 },
  };
  // 500,000 at 2, 400,000 at 0.5, 100,000 at 3, 20,000 at 10
  expect(costOf(ledger, prices)).toBe("1.7000 EUR");
  expect(costOf({ ...ledger, cachedInputTokens: 1_000_000 }, prices)).toBe("1.0000 EUR");
  expect(costOf(emptyLedger("m"), prices)).toBe("0.0000 EUR");
});

test("a ledger of an older version is read, with what it did not count as nothing", () => {
  const {
    cacheWriteTokens: _,
    reasoningTokens: __,
    reservedTokens: ___,
    estimatedTokens: ____,
    ...older
  } = emptyLedger("m");
  expect(ledgerSchema.parse(older)).toEqual(emptyLedger("m"));
  expect(ledgerSchema.safeParse({ ...older, cost: "12" }).success).toBe(false);
});

test("of a process that has ended, what was under way counts whole, and no cost is told without it", () => {
  const ledger = { ...emptyLedger("m"), inputTokens: 5, outputTokens: 6, requests: 1, cost: "0.0001 USD" };
  expect(withOpenCharged(ledger)).toEqual(ledger);
  const { cost: _, ...counted } = ledger;
  expect(withOpenCharged({ ...ledger, open: { requests: 2, inputTokens: 100, outputTokens: 1_000 } })).toEqual({
    ...counted,
    ...{ inputTokens: 105, outputTokens: 1_006, reservedTokens: 1_100, estimatedTokens: 1_100, requests: 3 },
    estimated: true,
  });
});
