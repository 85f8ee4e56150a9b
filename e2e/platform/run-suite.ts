import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";

/** The line that the tests end with. */
const summaryForm = /^\d+ passed, \d+ failed$/gm;

export interface SuiteRun {
  /** Whether every test passed. */
  ok: boolean;
  /** `N passed, N failed` */
  summary: string;
}

/** Runs the tests of the real platform, which is up, to their end or until they are stopped; what they print is shown. */
export function runSuite(args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<SuiteRun> {
  const root = join(import.meta.dirname, "../..");
  return new Promise((resolve, reject) => {
    const child = spawn("node", ["scripts/test.ts", "--cluster", "--", ...args], {
      cwd: root,
      env: { ...env, ...(process.stdout.isTTY && { FORCE_COLOR: "1" }) },
      stdio: ["ignore", "pipe", "inherit"],
      // A group of its own, so that it can be ended with all that it has started: tests hurt the platform, and start it again.
      detached: true,
    });
    const stop = () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    let end = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      process.stdout.write(text);
      end = (end + text).slice(-2_000);
    });
    child.on("error", reject);
    child.on("close", (status) => {
      signal.removeEventListener("abort", stop);
      const summary = end.match(summaryForm)?.at(-1);
      resolve(summary ? { ok: status === 0, summary } : { ok: false, summary: "0 passed, 1 failed" });
    });
  });
}
