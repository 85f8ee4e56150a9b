import { execFile } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const author = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"];

/**
 * The least that any tool does round an agent's work: clone the newest commit, commit a change, push a branch, with plain
 * git. Milliseconds.
 */
export async function plainGitMs(of: { url: string; token: string; branch: string; path: string }): Promise<number> {
  const { url, token, branch, path } = of;
  const folder = mkdtempSync(join(tmpdir(), "froussard-bench-git-"));
  const authorization = `authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
  const env = {
    PATH: path,
    HOME: folder,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: authorization,
  };
  const git = (...args: string[]) => promisify(execFile)("git", args, { cwd: folder, env, timeout: 120_000 });
  try {
    const began = performance.now();
    await git("clone", "--quiet", "--depth", "1", url, "clone");
    appendFileSync(join(folder, "clone", "README.md"), "\nOne line more.\n");
    await git(...["-C", "clone", ...author, "commit", "--quiet", "-am", "bench"]);
    await git("-C", "clone", "push", "--quiet", "origin", `HEAD:refs/heads/${branch}`);
    return performance.now() - began;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
