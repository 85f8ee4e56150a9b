import assert from "node:assert/strict";
import { test } from "node:test";
import { run, usage } from "../src/cli.js";

test("converts", () => {
  assert.equal(run(["10", "km", "mi", "--precision", "2"]), "6.21 mi");
});

test("the number alone", () => {
  assert.equal(run(["1", "h", "min", "--plain"]), "60");
});

test("help names every option", () => {
  assert.match(run(["--help"]), /--precision[\s\S]*--separator[\s\S]*--plain/);
});

test("fails with the usage when an argument is missing", () => {
  assert.throws(() => run(["10", "km"]), { message: usage() });
});
