import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";

let execPath: string | undefined;

/**
 * The git binary and an environment without the user's: no system or user configuration, no GIT_* variables, no home.
 * Git itself says where its programs are, so that no environment variable has to be read here.
 */
export function cleanGit(): { binary: string; env: Record<string, string> } {
  execPath ??= execFileSync("git", ["--exec-path"], { encoding: "utf8", timeout: 10_000 }).trim();
  return {
    binary: join(execPath, "git"),
    env: {
      PATH: `${execPath}:/usr/local/bin:/usr/bin:/bin`,
      HOME: "/nonexistent",
      LC_ALL: "C.UTF-8",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_TERMINAL_PROMPT: "0",
      GIT_NO_REPLACE_OBJECTS: "1",
    },
  };
}

const limits = { timeout: 30_000, maxBuffer: 64 * 1024 * 1024 };

/** Runs git in a bare repository; answers its output byte for byte. @throws {Error} with git's words when it fails */
export async function runGitRaw(folder: string, args: readonly string[], input?: string | Buffer): Promise<Buffer> {
  const { binary, env } = cleanGit();
  return await new Promise((resolve, reject) => {
    const child = execFile(
      binary,
      ["-c", "core.quotepath=off", ...args],
      { ...limits, cwd: folder, env: { ...env, GIT_DIR: folder }, encoding: "buffer" },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`git ${args[0]}: ${stderr.toString().trim() || error.message}`, { cause: error }));
        else resolve(stdout);
      },
    );
    // A git that ends early closes its input; its exit status tells what happened.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input ?? "");
  });
}

export async function runGit(folder: string, args: readonly string[], input?: string | Buffer): Promise<string> {
  return (await runGitRaw(folder, args, input)).toString("utf8");
}
