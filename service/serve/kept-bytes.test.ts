import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteBudget } from "./byte-budget.ts";
import { KeptBytes } from "./kept-bytes.ts";

test("pieces of any size come out as one, in order, and never cost much more than they hold", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 30 }), (pieces) => {
      const all = Buffer.concat(pieces);
      const budget = new ByteBudget(1_000_000);
      const kept = new KeptBytes(budget, all.length);
      for (const piece of pieces) expect(kept.append(Buffer.from(piece))).toBe(true);
      expect(kept.bytes).toEqual(all);
      expect(budget.held).toBeLessThanOrEqual(all.length);
      kept.release();
      kept.release();
      expect(budget.held).toBe(0);
    }),
  );
});

test("room doubles at most, whatever was announced", () => {
  const budget = new ByteBudget(1_000_000);
  const kept = new KeptBytes(budget, 500_000);
  kept.append(Buffer.alloc(1_000));
  kept.append(Buffer.alloc(1));
  expect(budget.held).toBe(2_000);
});

test("what the budget has no room for is not taken, and what is there stays", () => {
  const budget = new ByteBudget(10);
  const kept = new KeptBytes(budget, 100);
  expect(kept.append(Buffer.from("12345678"))).toBe(true);
  expect(kept.append(Buffer.from("9ab"))).toBe(false);
  expect(String(kept.bytes)).toBe("12345678");
  expect(budget.held).toBe(8);
});
