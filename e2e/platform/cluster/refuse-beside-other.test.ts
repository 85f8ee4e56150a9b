import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import process from "node:process";
import { expect, test } from "vitest";
import { thisProcess } from "./process.ts";
import { refuseBesideOther } from "./refuse-beside-other.ts";

test("another command is not disturbed as long as it runs; one that has ended, or this one, is no reason to wait", async () => {
  const child = spawn(process.execPath, ["--eval", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  const startTicks = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[19] ?? "";
  expect(() => refuseBesideOther({ owner: { pid, startTicks } })).toThrow(`process ${pid} brings the platform up`);
  expect(() => refuseBesideOther({ owner: { pid, startTicks: "1" } })).not.toThrow();
  child.stdin.end();
  await once(child, "exit");
  expect(() => refuseBesideOther({ owner: { pid, startTicks } })).not.toThrow();
  expect(() => refuseBesideOther({ owner: thisProcess() })).not.toThrow();
  expect(() => refuseBesideOther(undefined)).not.toThrow();
});
