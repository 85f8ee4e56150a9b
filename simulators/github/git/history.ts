import { runGit, runGitRaw } from "./run-git.ts";

export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: { name: string; email: string; date: string };
  committer: { name: string; email: string; date: string };
  message: string;
}

const utc = (date: string): string => `${new Date(date).toISOString().slice(0, 19)}Z`;

/** Commits of a range (`a..b`) or reachable from one revision, newest first. */
export async function log(
  folder: string,
  range: string,
  options: { max?: number; path?: string } = {},
): Promise<Commit[]> {
  const format = "--format=%H%n%T%n%P%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B";
  const path = options.path ? ["--", options.path] : [];
  const max = [`--max-count=${options.max ?? 250}`];
  const output = await runGit(folder, ["log", "-z", format, ...max, "--end-of-options", range, ...path]);
  return output
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [sha = "", tree = "", parents = "", an = "", ae = "", ad = "", cn = "", ce = "", cd = "", ...message] =
        entry.split("\n");
      return {
        sha,
        tree,
        parents: parents.split(" ").filter(Boolean),
        author: { name: an, email: ae, date: utc(ad) },
        committer: { name: cn, email: ce, date: utc(cd) },
        message: message.join("\n").trimEnd(),
      };
    });
}

export async function mergeBase(folder: string, a: string, b: string): Promise<string | null> {
  try {
    return (await runGit(folder, ["merge-base", a, b])).trim() || null;
  } catch {
    // Unrelated histories: merge-base answers by exit status.
    return null;
  }
}

export async function countCommits(folder: string, range: string): Promise<number> {
  return Number(await runGit(folder, ["rev-list", "--count", "--end-of-options", range]));
}

export interface FileChange {
  filename: string;
  status: "added" | "removed" | "modified" | "renamed" | "changed";
  previous?: string;
  sha: string;
  additions: number;
  deletions: number;
  patch?: string;
}

const statuses: Record<string, FileChange["status"]> = { A: "added", D: "removed", R: "renamed", T: "changed" };
const diffOptions = ["--no-ext-diff", "--no-textconv", "--find-renames", "--no-color"];

export async function patchText(folder: string, range: string): Promise<string> {
  return await runGit(folder, ["diff", ...diffOptions, range]);
}

/** What changed between two commits, one entry a file, with its hunks. */
export async function changedFiles(folder: string, from: string, to: string): Promise<FileChange[]> {
  const raw = await runGit(folder, ["diff", ...diffOptions, "--raw", "--no-abbrev", "-z", from, to]);
  const tokens = raw.split("\0");
  const changes: FileChange[] = [];
  for (let at = 0; tokens[at]?.startsWith(":"); ) {
    const [, , oldSha = "", newSha = "", code = ""] = (tokens[at++] ?? "").split(" ");
    const first = tokens[at++] ?? "";
    const renamed = code.startsWith("R");
    const filename = renamed ? (tokens[at++] ?? "") : first;
    const status = statuses[code.charAt(0)] ?? "modified";
    const paths = renamed ? [first, filename] : [filename];
    const patch = await runGit(folder, ["diff", ...diffOptions, from, to, "--", ...paths]);
    const hunks = patch.indexOf("\n@@") < 0 ? undefined : patch.slice(patch.indexOf("\n@@") + 1).trimEnd();
    changes.push({
      filename,
      status,
      ...(renamed ? { previous: first } : {}),
      sha: status === "removed" ? oldSha : newSha,
      ...countLines(hunks ?? ""),
      ...(hunks === undefined ? {} : { patch: hunks }),
    });
  }
  return changes;
}

function countLines(hunks: string): { additions: number; deletions: number } {
  const lines = hunks.split("\n");
  return {
    additions: lines.filter((line) => line.startsWith("+")).length,
    deletions: lines.filter((line) => line.startsWith("-")).length,
  };
}

export interface TreeEntry {
  mode: string;
  type: "blob" | "tree" | "commit";
  sha: string;
  size: number;
  path: string;
}

/** The entries of one folder (`""` is the root), or the one entry of a file's path. */
export async function listTree(
  folder: string,
  revision: string,
  path: string,
  recursive = false,
): Promise<TreeEntry[]> {
  const flags = recursive ? ["-r", "-t"] : [];
  const output = await runGit(folder, ["ls-tree", "-z", "--long", ...flags, revision, ...(path ? ["--", path] : [])]);
  return output.split("\0").flatMap((line) => {
    const [meta = "", name = ""] = line.split("\t");
    const [mode = "", type = "", sha = "", size = ""] = meta.split(/ +/);
    return sha ? [{ mode, type: type as TreeEntry["type"], sha, size: Number(size) || 0, path: name }] : [];
  });
}

export async function blob(folder: string, sha: string): Promise<Buffer> {
  return await runGitRaw(folder, ["cat-file", "blob", sha]);
}
