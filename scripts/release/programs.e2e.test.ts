import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const { version }: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

test.each(["service/main.ts", "runner/main.ts", "local/main.ts"])("%s tells the version with --version", (path) => {
  const { stdout, status } = spawnSync(process.execPath, [join(root, path), "--version"], { encoding: "utf8" });
  expect([status, stdout]).toEqual([0, `${version}\n`]);
});
