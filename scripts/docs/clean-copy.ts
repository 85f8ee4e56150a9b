import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./documentation.ts";

export interface CleanCopy {
  folder: string;
  remove(): void;
}

/**
 * The repository as somebody gets who clones it: what Git knows or would take, in a repository of its own with one commit, and
 * nothing installed.
 */
export function cleanCopy(): CleanCopy {
  const folder = mkdtempSync(join(tmpdir(), "clean-copy-"));
  const git = (cwd: string, ...args: string[]) => execFileSync("git", args, { cwd, encoding: "utf8" });
  const removed = new Set(git(root, "ls-files", "-z", "--deleted").split("\0"));
  for (const path of git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"))
    if (path !== "" && !removed.has(path))
      cpSync(join(root, path), join(folder, path), { recursive: true, verbatimSymlinks: true });
  git(folder, "init", "--quiet");
  git(folder, "add", "--all");
  git(folder, "-c", "user.name=docs", "-c", "user.email=docs@example.org", "commit", "--quiet", "--message", "copy");
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
