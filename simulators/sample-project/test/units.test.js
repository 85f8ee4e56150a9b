import assert from "node:assert/strict";
import { test } from "node:test";
import { findUnit, units } from "../src/index.js";

test("by symbol, by name, by plural", () => {
  for (const name of ["km", "kilometre", "Kilometers"]) assert.equal(findUnit(name).symbol, "km");
});

test("symbols are unique", () => {
  assert.equal(new Set(units.map((unit) => unit.symbol)).size, units.length);
});

test("fails on an unknown unit, and names the known ones", () => {
  assert.throws(() => findUnit("parsec"), /unknown unit "parsec"; known units: m, km/);
});
