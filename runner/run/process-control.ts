import { readFileSync } from "node:fs";

/** Kills a process; answers whether it was still there: that it has ended since it was looked at is no error. */
export function killNow(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    return false;
  }
}

/** As proc_pid_stat(5) tells it; undefined when there is no such process. */
export function processStat(pid: number): { state: string; threads: number; startedAt: string } | undefined {
  const stat = look(`/proc/${pid}/stat`);
  // The program's name stands in parentheses and may hold anything; after it come state (3rd field), threads (20th), start (22nd).
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, threads, startedAt] = [fields?.[0], fields?.[17], fields?.[19]];
  return state === undefined || startedAt === undefined ? undefined : { state, threads: Number(threads), startedAt };
}

/**
 * Waits until a process that was sent SIGSTOP has halted, or has ended: a signal to another processor takes a moment. One that
 * waits for a disk does not hear it, and begins nothing either: it is waited for no longer than a tenth of a second.
 */
export function awaitHalt(pid: number): void {
  const states = ["T", "Z", "X"];
  for (const until = performance.now() + 100; performance.now() < until; )
    if (states.includes(processStat(pid)?.state ?? "X")) return;
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
