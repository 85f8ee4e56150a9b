import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runGit } from "./run-git.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-git-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}/stat`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

test.skipIf(!existsSync("/usr/bin/setpriv")).each([
  ["alone", {}],
  ["with a limit on files, by way of a shell", { maxFileBytes: 1_000_000 }],
])("git ends with its parent, even by kill -9: %s", async (_, more) => {
  const pidFile = join(folder, "pid");
  writeFileSync(
    join(folder, "git"),
    `#!/bin/sh\necho $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 600\n`,
    {
      mode: 0o755,
    },
  );
  const call = {
    args: ["x"],
    environment: { PATH: `${folder}:/usr/bin:/bin` },
    cwd: folder,
    timeoutMs: 600_000,
    ...more,
  };
  const program = `import { runGit } from ${JSON.stringify(join(import.meta.dirname, "run-git.ts"))}; await runGit(${JSON.stringify(call)});`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "inherit" });
  await expect.poll(() => existsSync(pidFile), { timeout: 10_000, interval: 10 }).toBe(true);
  const pid = Number(readFileSync(pidFile, "utf8"));
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await expect.poll(() => isAlive(pid), { interval: 10 }).toBe(false);
});

test.each([{}, { maxFileBytes: 1_000_000 }])("a missing git is named, with what to do: %j", async (more) => {
  const call = { args: ["version"], environment: { PATH: folder }, cwd: folder, timeoutMs: 10_000, ...more };
  await expect(runGit(call)).rejects.toThrow(
    /git (could not be started|was not found).*install git and put it on PATH/s,
  );
});
