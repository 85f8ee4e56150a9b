import { spawn } from "node:child_process";
import { join } from "node:path";

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
    });
    const stop = () => child.kill("SIGTERM");
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
