import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { codeCacheFolder } from "./code-cache.ts";

let folder: string;
let warnings: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "code-cache-"));
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const log = pino({ level: "warn" }, { write: (line: string) => warnings.push(line) });

test("the folder is this user's alone, also where it was there with other rights", async () => {
  const [made, wide] = [join(folder, "a", "made"), join(folder, "wide")];
  mkdirSync(wide);
  chmodSync(wide, 0o777);
  for (const path of [made, wide]) {
    expect(await codeCacheFolder(path, log)).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  }
  expect(warnings).toEqual([]);
});

test.each<[string, (path: string) => void]>([
  ["a link", (path) => symlinkSync(folder, path)],
  ["a file", (path) => writeFileSync(path, "")],
])("%s in its place is not used, and told", async (_, make) => {
  const path = join(folder, "compiled");
  make(path);
  expect(await codeCacheFolder(path, log)).toBeUndefined();
  expect(warnings.join()).toContain("is not kept");
});

test("none is wanted", async () => {
  expect(await codeCacheFolder(undefined, log)).toBeUndefined();
  expect(warnings).toEqual([]);
});
