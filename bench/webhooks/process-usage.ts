import { readFileSync } from "node:fs";

/** What a process has used of the machine so far. */
export interface Usage {
  /** Of all its threads, in user and system time. */
  cpuMs: number;
  /** Resident now, in bytes. */
  rss: number;
}

/** Linux counts in hundredths of a second, whatever its own clock does. */
const msPerTick = 10;

/** @throws Error when the process has ended, or the system is not Linux */
export function processUsage(pid: number): Usage {
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8");
  return { cpuMs: cpuMs(read("stat")), rss: residentBytes(read("status")) };
}

/** User and system time in the text of `/proc/<pid>/stat`. */
export function cpuMs(stat: string): number {
  // The program's name, in parentheses, may hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

/** Resident memory in the text of `/proc/<pid>/status`. */
export function residentBytes(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}
