import assert from "node:assert/strict";
import { test } from "node:test";
import { toText } from "../src/index.js";
import { DEFAULT_PRECISION } from "../src/to-text.js";

test("the default number of decimal places", () => {
  assert.equal(toText({ value: 1 / 3, unit: "m" }), `${(1 / 3).toFixed(DEFAULT_PRECISION)} m`);
});

test("precision and separator can be chosen", () => {
  assert.equal(toText({ value: 1.23456, unit: "m" }, { precision: 3, separator: "" }), "1.235m");
});

test("no trailing zeros", () => {
  assert.equal(toText({ value: 5, unit: "kg" }), "5 kg");
});
