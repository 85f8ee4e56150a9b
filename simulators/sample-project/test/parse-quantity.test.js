import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQuantity } from "../src/index.js";

test("a number and a unit", () => {
  assert.deepEqual(parseQuantity("10 km"), { value: 10, unit: "km" });
  assert.deepEqual(parseQuantity("-4.5 °C"), { value: -4.5, unit: "C" });
});

test("fails on anything else", () => {
  for (const text of ["", "km", "10", "ten km"]) assert.throws(() => parseQuantity(text), SyntaxError);
});
