import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Kills a process; that it has ended since it was looked at is no error. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Resolves when a process that was sent SIGSTOP has halted, or has ended: a signal to another processor takes a moment. One that
 * waits for a disk does not hear it, and begins nothing either: after a second it is waited for no longer.
 */
export async function halted(pid: number): Promise<void> {
  for (const until = performance.now() + 1_000; performance.now() < until; ) {
    const stat = await look(`/proc/${pid}/stat`);
    // After the name, in parentheses, which may hold anything: T is halted, Z and X are ended.
    if (stat === undefined || /^[TZX]/.test(stat.slice(stat.lastIndexOf(")") + 2))) return;
    await sleep(1);
  }
}

/** The children that a process has at this moment; none where it has ended. */
export async function childrenOf(pid: number): Promise<number[]> {
  const children = (await look(`/proc/${pid}/task/${pid}/children`)) ?? "";
  return children.split(" ").filter(Boolean).map(Number);
}

async function look(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "latin1");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
