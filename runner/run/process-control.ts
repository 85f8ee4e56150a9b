import { readFileSync } from "node:fs";

/** Kills a process; that it has ended since it was looked at is no error. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Waits until a process that was sent SIGSTOP has halted, or has ended: a signal to another processor takes a moment. One that
 * waits for a disk does not hear it, and begins nothing either: it is waited for no longer than a tenth of a second.
 */
export function awaitHalt(pid: number): void {
  for (const until = performance.now() + 100; performance.now() < until; ) {
    const stat = look(`/proc/${pid}/stat`);
    // After the name, in parentheses, which may hold anything: T is halted, Z and X are ended.
    if (stat === undefined || /^[TZX]/.test(stat.slice(stat.lastIndexOf(")") + 2))) return;
  }
}

/** The children that a process has at this moment; none where it has ended. */
export function childrenOf(pid: number): number[] {
  return (look(`/proc/${pid}/task/${pid}/children`) ?? "").split(" ").filter(Boolean).map(Number);
}

function look(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
