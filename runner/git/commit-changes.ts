import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RunFailure } from "@froussard/contract";
import type { ChangedFile, GitRepository } from "../mediator/ports.ts";
import type { GitCalls } from "./git-calls.ts";
import { type CommitRules, judgeChangeSet } from "./judge-change-set.ts";
import type { JudgedChange } from "./judge-changes.ts";
import { parseRawDifference, type RawDifference } from "./tree.ts";

/** Name and address in our commits; the address can never belong to an account. */
export const author = { name: "codex-automation", email: "codex-automation@froussard.invalid" } as const;

const shownProblems = 5;

/**
 * Makes a commit of a change set by plumbing alone, and proves from git's raw tree difference that it changes exactly what
 * was judged. The same input gives the same commit id.
 * @throws RunFailure `invalid-changes`, `no-changes`
 */
export async function commitChanges(
  rules: CommitRules,
  { base, changes, message, date }: Parameters<GitRepository["commitChanges"]>[0],
): Promise<{ commit: string; files: ChangedFile[] }> {
  if (changes.length === 0) throw new RunFailure("no-changes");
  const { git, folder } = rules;
  const { accepted, problems } = await judgeChangeSet(rules, { base, changes });
  if (problems.length > 0) throw new RunFailure("invalid-changes", summary(problems));

  const scratch = await mkdtemp(join(folder, "index-"));
  try {
    const objects = await writeBlobs(git, accepted, scratch);
    const environment = { GIT_INDEX_FILE: join(scratch, "index") };
    await git.output(["read-tree", base], { environment });
    await git.output(["update-index", "-z", "--index-info"], { environment, input: indexInfo(accepted, objects) });
    const newTree = await git.text(["write-tree"], { environment });
    const differences = await rawDifference(git, base, newTree);
    const files = proveDifference(accepted, objects, differences);
    if (files.length === 0) throw new RunFailure("no-changes");
    return { commit: await writeCommit(git, { base, tree: newTree, message, date }), files };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The first problems of many, in one line. */
export function summary(problems: readonly string[]): string {
  const more = problems.length - shownProblems;
  return problems.slice(0, shownProblems).join("; ") + (more > 0 ? `; and ${more} more` : "");
}

/** Writes the contents as objects, by one call for all of them, and returns their ids by path. */
async function writeBlobs(
  git: GitCalls,
  accepted: readonly JudgedChange[],
  scratch: string,
): Promise<Map<string, string>> {
  const written = accepted.flatMap((change) => (change.status === "deleted" ? [] : [change]));
  if (written.length === 0) return new Map();
  const files = written.map((_, index) => join(scratch, String(index)));
  for (const [index, { content }] of written.entries()) await writeFile(files[index] ?? "", content);
  const ids = await git.text(["hash-object", "-w", "--no-filters", "--stdin-paths"], {
    input: `${files.join("\n")}\n`,
  });
  const objects = ids.split("\n");
  return new Map(written.map(({ path }, index) => [path, objects[index] ?? ""]));
}

/** Deletions first, so that a file can make room for a folder of its name. */
function indexInfo(accepted: readonly JudgedChange[], objects: ReadonlyMap<string, string>): string {
  const deletions = accepted.filter(({ status }) => status === "deleted");
  const additions = accepted.flatMap((change) => (change.status === "deleted" ? [] : [change]));
  return [
    ...deletions.map(({ path }) => `0 ${"0".repeat(40)}\t${path}\0`),
    ...additions.map(({ path, mode }) => `${mode} ${objects.get(path)}\t${path}\0`),
  ].join("");
}

/** Every difference of a tree to a commit's, as git holds them. */
export async function rawDifference(git: GitCalls, base: string, tree: string): Promise<RawDifference[]> {
  const flags = ["-r", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv"];
  return parseRawDifference(await git.output(["diff-tree", ...flags, `${base}^{tree}`, tree]));
}

/**
 * The files that differ. Every difference must be one that was judged, with the mode and content that was judged; a judged
 * change without a difference must be one that changes nothing.
 */
function proveDifference(
  accepted: readonly JudgedChange[],
  objects: ReadonlyMap<string, string>,
  differences: readonly RawDifference[],
): ChangedFile[] {
  const judged = new Map(accepted.map((change) => [change.path, change]));
  const files = differences.map(({ path, status, newMode, newObject }) => {
    const change = path === undefined ? undefined : judged.get(path);
    const expected =
      change?.status === "deleted"
        ? status === "D"
        : change !== undefined &&
          status === (change.status === "added" ? "A" : "M") &&
          newMode === change.mode &&
          newObject === objects.get(change.path);
    if (!change || !expected) throw new RunFailure("internal", "the tree made is not the change that was judged");
    judged.delete(change.path);
    return { path: change.path, status: change.status };
  });
  for (const { status } of judged.values())
    if (status !== "modified") throw new RunFailure("internal", "the tree made lacks a change that was judged");
  return files;
}

async function writeCommit(
  git: GitCalls,
  { base, tree, message, date }: { base: string; tree: string; message: string; date: string },
): Promise<string> {
  const seconds = Math.floor(Date.parse(date) / 1000);
  if (!Number.isFinite(seconds)) throw new Error(`the date of a commit must be ISO 8601, not ${date}`);
  const when = `${seconds} +0000`;
  return git.text(["commit-tree", tree, "-p", base], {
    input: message,
    environment: {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: when,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
      GIT_COMMITTER_DATE: when,
    },
  });
}
