import { expect, test } from "vitest";
import { cpuMs, processUsage, residentBytes } from "./process-usage.ts";

test("user and system time are read whatever the program is called", () => {
  const stat = (name: string) => `12 (${name}) S 1 12 12 0 -1 4194560 500 0 0 0 123 45 0 0 20 0 11 0 1000 5000 300`;
  expect(cpuMs(stat("node"))).toBe(1_680);
  expect(cpuMs(stat("a) S 1 (b"))).toBe(1_680);
});

test("resident memory is read in bytes", () => {
  expect(residentBytes("VmHWM:\t  999 kB\nVmRSS:\t   2048 kB\nThreads:\t11\n")).toBe(2_097_152);
});

test("this process has used some of both", () => {
  const { cpuMs: used, rss } = processUsage(process.pid);
  expect(used).toBeGreaterThan(0);
  expect(rss).toBeGreaterThan(10_000_000);
});
