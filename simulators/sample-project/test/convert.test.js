import assert from "node:assert/strict";
import { test } from "node:test";
import { convert } from "../src/index.js";

const near = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test("lengths", () => {
  near(convert({ value: 1, unit: "mi" }, "km").value, 1.609344);
  near(convert({ value: 12, unit: "in" }, "ft").value, 1);
});

test("temperatures have an offset", () => {
  near(convert({ value: 100, unit: "C" }, "F").value, 212);
  near(convert({ value: -40, unit: "F" }, "C").value, -40);
});

test("there and back again", () => {
  near(convert(convert({ value: 7, unit: "lb" }, "oz"), "lb").value, 7);
});

test("fails on different dimensions", () => {
  assert.throws(() => convert({ value: 1, unit: "kg" }, "km"), /kg is a mass and km is a length/);
});
