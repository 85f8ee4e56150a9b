import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endProcess, isRunning, lastLines, startProcess, thisProcess } from "./process.ts";
import type { ProcessSpec } from "./state.ts";
import { untilReady } from "./until-ready.ts";

let logs: string;
beforeEach(() => {
  logs = mkdtempSync(join(tmpdir(), "processes-"));
});
afterEach(() => rmSync(logs, { recursive: true }));

const shell = (script: string, spec: Partial<ProcessSpec> = {}) =>
  startProcess(
    {
      ...{ name: "shell", command: "sh", args: ["-c", script], limitSeconds: 5 },
      ready: { command: "true", args: [] },
      ...spec,
    },
    logs,
    { PATH: process.env["PATH"] },
  );

test("a process has an own session, a log, and the given environment alone", async () => {
  const hasSpoken = { command: "grep", args: ["green", join(logs, "shell.log")] };
  const started = await shell("echo $COLOUR-$HOME; exec sleep 60", { env: { COLOUR: "green" }, ready: hasSpoken });
  await untilReady(started);
  expect(isRunning(started)).toBe(true);
  const session = readFileSync(`/proc/${started.pid}/stat`, "utf8").split(") ")[1]?.split(" ")[3];
  expect(session).toBe(String(started.pid));
  await endProcess(started);
  expect(isRunning(started)).toBe(false);
  expect(readFileSync(started.log, "utf8")).toBe("green-\n");
});

test("one that does not listen is killed after its limit", async () => {
  const deaf = await shell("trap '' TERM; echo ready; while :; do sleep 0.05; done", {
    limitSeconds: 0.3,
    ready: { command: "grep", args: ["ready", join(logs, "shell.log")] },
  });
  await untilReady({ ...deaf, limitSeconds: 5 });
  await endProcess(deaf);
  expect(isRunning(deaf)).toBe(false);
});

/** The first thread of a killed process may be gone while others are not yet, and with them what it listened on. */
test("a killed process of many threads runs until what it listened on is free", async () => {
  const threads = `for (let i = 0; i < 12; i++) new (require("node:worker_threads").Worker)("for (;;) {}", { eval: true });`;
  const listen = `const server = require("node:net").createServer().listen(0, "127.0.0.1", () => console.log(server.address().port));`;
  const busy = await startProcess(
    {
      ...{ name: "busy", command: process.execPath, args: ["-e", threads + listen], limitSeconds: 10 },
      ready: { command: "grep", args: [".", join(logs, "busy.log")] },
    },
    logs,
    {},
  );
  await untilReady(busy).finally(() => process.kill(busy.pid, "SIGKILL"));
  // Without a pause: what is asked is whether it ever says so too early.
  for (const end = performance.now() + 5_000; isRunning(busy) && performance.now() < end; );
  const server = createServer().listen(Number(readFileSync(busy.log, "utf8")), "127.0.0.1");
  await once(server, "listening");
  server.close();
});

test("a process id that is another's by now is left alone", async () => {
  const other = { ...thisProcess(), startTicks: "1" };
  expect(isRunning(thisProcess())).toBe(true);
  expect(isRunning(other)).toBe(false);
});

test("fails with its name and its last words when it ends while it starts", async () => {
  const failed = await shell("echo first; echo the port is taken >&2; exit 3", {
    ready: { command: "false", args: [] },
  });
  await expect(untilReady(failed)).rejects.toThrow(/^shell ended while it started; its log is .*the port is taken/s);
  expect(lastLines(failed.log, 1)).toBe("\n  the port is taken");
});

test("fails when it takes too long, and says what was asked of it", async () => {
  const slow = await shell("sleep 60", { ready: { url: "http://127.0.0.1:1/health" }, limitSeconds: 0.3 });
  await expect(untilReady(slow)).rejects.toThrow(/^shell was not ready within 0.3 s/);
  await endProcess(slow);
});

test("fails when there is no such program", async () => {
  await expect(shell("", { command: "/nowhere/kubelet" })).rejects.toThrow(/^shell could not be started: .*ENOENT/);
});
