import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { emptyLedger } from "./ledger.ts";
import { newRecord, recordSchema } from "./record.ts";
import { createRecordStore } from "./record-store.ts";

let parent: string;
let warnings: string[];
const folder = () => join(parent, "state");
const open = () => createRecordStore(folder(), (message) => warnings.push(message));
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "record-store-"));
  warnings = [];
});
afterEach(() => rmSync(parent, { recursive: true }));

const record = newRecord("codex-planning-7-0123456789abcdef", emptyLedger("m"));

test("what was written is read by the next process; the folder is private and holds no leftovers", () => {
  const store = open();
  expect(store.read()).toBeUndefined();
  expect(store.readPending()).toBeUndefined();
  store.write(record);
  store.write({ ...record, state: "working", attempts: 1 });
  store.writePending({ kind: "plan", plan: { summary: "x" } });
  expect(open().read()).toEqual({ ...record, state: "working", attempts: 1 });
  expect(open().readPending()).toEqual({ kind: "plan", plan: { summary: "x" } });
  expect(readdirSync(folder()).sort()).toEqual(["pending.json", "record.json"]);
  expect(statSync(folder()).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(folder())) expect(statSync(join(folder(), file)).mode & 0o777).toBe(0o600);
});

test("a temporary file that a killed process left is no obstacle", () => {
  open();
  writeFileSync(join(folder(), "record.json.new"), '{"half":');
  open().write(record);
  expect(open().read()).toEqual(record);
});

test.each([
  ["half a file", '{"taskId":'],
  ["another form", "{}"],
  ["a negative count", JSON.stringify({ ...record, attempts: -1 })],
  ["a state that does not exist", JSON.stringify({ ...record, state: "paused" })],
  ["something more", JSON.stringify({ ...record, token: "x" })],
])("%s is left aside, and told", (_, content) => {
  const store = open();
  writeFileSync(join(folder(), "record.json"), content);
  expect(store.read()).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining("record.json")]);
});

test("a record that does not have its form is not written", () => {
  const store = open();
  expect(() => store.write({ ...record, attempts: 0.5 })).toThrow();
  expect(recordSchema.safeParse({ ...record, code: undefined }).success).toBe(false);
});
