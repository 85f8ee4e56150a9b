import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "e2e-"));
});
afterEach(() => rmSync(cache, { recursive: true }));

test.each([
  ["a word that is no command", ["uo"], 'no command "uo": see --help\n'],
  ["kubectl where no cluster is up", ["kubectl", "get", "pods", "--help"], "no cluster is up: npm run e2e -- up\n"],
  ["the log of a process that there is not", ["logs", "kubelet"], 'no process "kubelet": see status\n'],
])("fails with %s, and starts nothing", (_, args, said) => {
  const env = { ...process.env, FROUSSARD_CACHE: cache };
  const { status, stderr } = spawnSync("node", [join(import.meta.dirname, "main.ts"), ...args], {
    env,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 1, stderr: said });
});
