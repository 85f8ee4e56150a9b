import { expect, test } from "vitest";
import { showSpread, spreadOf } from "./spread.ts";

test.each([
  [[3], { min: 3, median: 3, max: 3 }],
  [[10, 2, 9], { min: 2, median: 9, max: 10 }],
  [[4, 1, 3, 2], { min: 1, median: 2.5, max: 4 }],
])("%j has its middle and its ends", (values, spread) => expect(spreadOf(values)).toEqual(spread));

test("fails when nothing was measured", () => expect(() => spreadOf([])).toThrow("nothing was measured"));

test("ends are shown where they differ", () => {
  expect(showSpread(spreadOf([1, 2, 4]), 1)).toBe("2.0 (1.0-4.0)");
  expect(showSpread(spreadOf([2.01, 2.02]), 1)).toBe("2.0");
});
