import { beforeEach, expect, test } from "vitest";
import { SparseLog } from "./sparse-log.ts";

let lines: object[];
let now: number;
let log: SparseLog;
beforeEach(() => {
  lines = [];
  now = 0;
  log = new SparseLog({ warn: (fields, message) => void lines.push({ ...fields, message }) }, () => now);
});

const flood = (kind: string, count: number) => {
  for (let n = 0; n < count; n++) log.warn(kind, { n }, kind);
};

test("a flood leaves a few lines, and the next one says how many are missing", () => {
  flood("401", 10_000);
  expect(lines).toHaveLength(20);
  now = 5_000;
  flood("401", 100);
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toEqual({ n: 0, leftOut: 9_980, message: "401" });
  now = 10_000;
  flood("401", 1);
  expect(lines.at(-1)).toMatchObject({ leftOut: 99 });
});

test("one kind does not hide another", () => {
  flood("401", 100);
  flood("503", 1);
  expect(lines.at(-1)).toEqual({ n: 0, message: "503" });
});

test("after a quiet time all is as at the beginning", () => {
  flood("401", 100);
  now = 3_600_000;
  flood("401", 20);
  expect(lines).toHaveLength(40);
});
