import { spawn } from "node:child_process";

export interface CommandOptions {
  /** Given on standard input; never shown. */
  input?: string;
  /** Default: 60 seconds. */
  timeoutMs?: number;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  signal?: AbortSignal;
}

/**
 * Runs a command to its end, and answers what it printed to standard output.
 * @throws Error with the command and what it said, when it fails or takes longer than `timeoutMs`
 */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { input, timeoutMs = 60_000, env, cwd, signal } = options;
  const told = `${command} ${args.join(" ")}`;
  return new Promise((resolve, reject) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const child = spawn(command, args, {
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      killSignal: "SIGKILL",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      ...(env && { env }),
      ...(cwd !== undefined && { cwd }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-20_000);
    });
    // A command that ends without reading everything says so by its status.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
    child.on("error", (error) => {
      if (signal?.aborted) reject(signal.reason);
      else if (limit.aborted) reject(new Error(`${told} took longer than ${timeoutMs / 1000} s: ${stderr.trim()}`));
      else reject(new Error(`${told} could not be run: ${error.message}`));
    });
    child.on("close", (status, killed) => {
      if (status === 0) resolve(stdout);
      else reject(new Error(`${told} failed (${killed ?? `status ${status}`}): ${(stderr || stdout).trim()}`));
    });
  });
}
