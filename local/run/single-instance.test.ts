import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, expect, test } from "vitest";
import { claimFolder } from "./single-instance.ts";

const folder = mkdtempSync(join(tmpdir(), "froussard-lock-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a folder belongs to one process, until that one is gone by whatever way", async () => {
  const code = `const { claimFolder } = await import(${JSON.stringify(join(import.meta.dirname, "single-instance.ts"))});
    globalThis.held = claimFolder(${JSON.stringify(folder)}); console.log("held"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  expect(() => claimFolder(folder)).toThrow(`another process works in ${folder}; stop it first`);
  child.kill("SIGKILL");
  await once(child, "exit");
  claimFolder(folder).release();
  claimFolder(folder).release();
});
