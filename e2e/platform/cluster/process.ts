import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { ProcessIdentity, ProcessSpec, ProcessState } from "./state.ts";

/** Starts a process of its own session, so that neither Ctrl-C nor the end of this command ends it. Its output is appended to its log. */
export async function startProcess(spec: ProcessSpec, logs: string, env: NodeJS.ProcessEnv): Promise<ProcessState> {
  const log = join(logs, `${spec.name}.log`);
  const output = openSync(log, "a", 0o600);
  try {
    const child = spawn(spec.command, spec.args, {
      cwd: "/",
      detached: true,
      stdio: ["ignore", output, output],
      env: { ...env, ...spec.env },
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => reject(new Error(`${spec.name} could not be started: ${error.message}`)));
    });
    child.unref();
    const pid = child.pid ?? 0;
    const startTicks = statOf(pid)?.startTicks;
    if (startTicks === undefined) throw new Error(`${spec.name} ended at once; its log is ${log}${lastLines(log)}`);
    return { ...spec, pid, startTicks, log };
  } finally {
    closeSync(output);
  }
}

/** Whether that very process still runs. One whose threads are not all gone still holds its sockets and files. */
export function isRunning({ pid, startTicks }: ProcessIdentity): boolean {
  const stat = statOf(pid);
  if (stat === undefined || stat.startTicks !== startTicks) return false;
  return stat.state !== "Z" || threadCount(pid) > 1;
}

/** This process. */
export const thisProcess = (): ProcessIdentity => ({
  pid: process.pid,
  startTicks: statOf(process.pid)?.startTicks ?? "0",
});

/**
 * Ends a process: by the signal, and by SIGKILL when it is still there after its limit. Resolves once it is gone.
 * @throws Error when not even SIGKILL ends it
 */
export async function endProcess(process: ProcessState, signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
  send(process, signal);
  if (await isGone(process, process.limitSeconds)) return;
  send(process, "SIGKILL");
  if (!(await isGone(process, 10))) throw new Error(`${process.name} (process ${process.pid}) outlives SIGKILL`);
}

/** The end of a log, for an error message; empty when there is none. */
export function lastLines(log: string, count = 15): string {
  try {
    const lines = readFileSync(log, "utf8").trimEnd().split("\n").slice(-count);
    return lines.map((line) => `\n  ${line.slice(0, 500)}`).join("");
  } catch {
    return "";
  }
}

/** @see proc_pid_stat(5): the name, in brackets, may hold anything; the state follows it, the start is the 22nd field. */
function statOf(pid: number): { state: string; startTicks: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", startTicks: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

function threadCount(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

function send(target: ProcessState, signal: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function isGone(target: ProcessState, seconds: number): Promise<boolean> {
  for (const end = performance.now() + seconds * 1000; isRunning(target); await wait(20))
    if (performance.now() > end) return false;
  return true;
}
