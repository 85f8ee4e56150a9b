import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

/** The tree of a commit, made by plumbing, so that nothing refuses what a hostile repository may hold. */
export interface GitTree {
  [path: string]: string | Buffer | { link: string } | { executable: string } | { submodule: string };
}

const environment = {
  PATH: process.env["PATH"] ?? "",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "someone",
  GIT_AUTHOR_EMAIL: "someone@example.org",
  GIT_COMMITTER_NAME: "someone",
  GIT_COMMITTER_EMAIL: "someone@example.org",
};

/** Git on a server's bare repository. Output as Latin-1: every byte is a character. */
export function gitIn(folder: string, args: readonly string[], input: string | Buffer = "", env = {}): string {
  return execFileSync("git", ["-c", "core.protectNTFS=false", "-c", "core.protectHFS=false", ...args], {
    input,
    env: { ...environment, GIT_DIR: folder, ...env },
    encoding: "latin1",
    maxBuffer: 1024 ** 3,
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Puts a commit with exactly this tree on top of a branch. Names with `\xNN` of Latin-1 are written as those bytes. */
export function commitsTree(folder: string, tree: GitTree, branch = "main"): string {
  const index = join(folder, `attack-index-${process.pid}`);
  const blobs = new Map<string, string>();
  const blob = (content: string | Buffer) => {
    const key = Buffer.from(content).toString("latin1");
    const id =
      blobs.get(key) ?? gitIn(folder, ["hash-object", "-w", "--stdin", "--no-filters"], Buffer.from(content)).trim();
    blobs.set(key, id);
    return id;
  };
  const lines = Object.entries(tree).map(([path, entry]) => {
    if (typeof entry === "string" || Buffer.isBuffer(entry)) return `100644 ${blob(entry)}\t${path}\0`;
    if ("link" in entry) return `120000 ${blob(entry.link)}\t${path}\0`;
    if ("submodule" in entry) return `160000 ${entry.submodule}\t${path}\0`;
    return `100755 ${blob(entry.executable)}\t${path}\0`;
  });
  const env = { GIT_INDEX_FILE: index };
  gitIn(folder, ["update-index", "-z", "--index-info"], Buffer.from(lines.join(""), "latin1"), env);
  const made = gitIn(folder, ["write-tree"], "", env).trim();
  rmSync(index, { force: true });
  const parent = branches(folder).get(branch);
  const commit = gitIn(folder, ["commit-tree", made, ...(parent ? ["-p", parent] : []), "-m", "base"]).trim();
  gitIn(folder, ["update-ref", `refs/heads/${branch}`, commit]);
  return commit;
}

/** Commits of every ref by its short name; the heads of pull requests are left out. */
export function branches(folder: string): Map<string, string> {
  const lines = gitIn(folder, ["for-each-ref", "--format=%(refname) %(objectname)"]).trim().split("\n");
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [name = "", commit = ""] = line.split(" ");
      return name.startsWith("refs/pull/") || name === "" ? [] : [[name.replace("refs/heads/", ""), commit]];
    }),
  );
}

/** Raw differences between two commits: mode, status and path of each, in git's own words. */
export function changedPaths(folder: string, from: string, to: string): string[] {
  return gitIn(folder, ["diff-tree", "-r", "--no-renames", "-z", "--format=", from, to])
    .split("\0")
    .flatMap((head, index, all) =>
      index % 2 === 0 && head ? [`${head.split(" ")[1]} ${head.at(-1)} ${all[index + 1]}`] : [],
    );
}

/** A file's text in a commit. */
export const fileIn = (folder: string, commit: string, path: string): string =>
  gitIn(folder, ["cat-file", "blob", `${commit}:${path}`]);

/** Every object that the server has, as bytes in Latin-1: commits, trees and contents, reachable or not. */
export const everyObject = (folder: string): string =>
  gitIn(folder, ["cat-file", "--batch", "--batch-all-objects", "--unordered"]);
