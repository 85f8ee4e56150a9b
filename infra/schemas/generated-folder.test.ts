import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { generatedFiles, staleFiles, writeFolder } from "./generated-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "generated-"));
  writeFileSync(join(folder, "README.md"), "by hand");
  mkdirSync(join(folder, "old"));
  writeFileSync(join(folder, "old/a.json"), "a");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("names missing, extra and edited files", () => {
  const fresh = new Map([
    ["new/b.json", "b"],
    ["c.json", "c"],
  ]);
  writeFileSync(join(folder, "c.json"), "edited");
  expect(staleFiles(fresh, generatedFiles(folder))).toEqual([
    "new/b.json is missing",
    "c.json differs from a fresh one",
    "old/a.json is not generated",
  ]);
});

test("after writing, nothing differs, and what is written by hand is still there", () => {
  const fresh = new Map([["new/b.json", "b"]]);
  writeFolder(folder, fresh);
  expect(staleFiles(fresh, generatedFiles(folder))).toEqual([]);
  expect(existsSync(join(folder, "old/a.json"))).toBe(false);
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("by hand");
});
