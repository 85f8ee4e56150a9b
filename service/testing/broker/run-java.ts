import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";

/** A Java program under a shell that kills it as soon as whoever started it is gone, however that one ended. */
export interface JavaProcess {
  /** Of Java itself. */
  pid: number;
  /** Ends with Java; its exit code is Java's. */
  ended: Promise<number | null>;
}

// The pipe at descriptor 3 closes when the test's process ends, also by kill -9.
const supervisor = `exec 3<&0 </dev/null
java "$@" &
java=$!
(cat <&3 >/dev/null 2>&1; kill -9 $java) >/dev/null 2>&1 &
echo $java >&4
wait $java`;

/** @throws Error when the shell cannot be started */
export async function runJava(args: readonly string[], logFile: string): Promise<JavaProcess> {
  const log = openSync(logFile, "a");
  const shell: ChildProcess = spawn("sh", ["-c", supervisor, "sh", ...args], {
    stdio: ["pipe", log, log, "ignore", "pipe"],
  });
  closeSync(log);
  const ended = once(shell, "exit").then(([code]) => {
    shell.stdin?.destroy();
    return code as number | null;
  });
  // Only whoever waits for it wants to hear of a failed start; the wait below does.
  ended.catch(() => {});
  const pipe = shell.stdio[4] as NodeJS.ReadableStream;
  const [first] = (await Promise.race([once(pipe, "data"), ended.then(() => [""])])) as [Buffer | string];
  const pid = Number(String(first));
  if (!Number.isInteger(pid) || pid <= 0) throw new Error(`java did not start, see ${logFile}`);
  return { pid, ended };
}
