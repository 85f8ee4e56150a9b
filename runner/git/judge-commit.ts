import { RunFailure } from "@froussard/contract";
import type { ChangedFile, GitRepository } from "../mediator/ports.ts";
import type { Change } from "../protocol.ts";
import { type CommitRules, rawDifference, summary } from "./commit-changes.ts";
import { judgeChanges, showPath, toChangedFile } from "./judge-changes.ts";
import { readTree } from "./pack-workspace.ts";
import type { RawDifference } from "./tree.ts";

/**
 * Judges a commit that stands on a branch as if its difference to the base were a change set (design §5). Both commits
 * must be in the clone.
 * @throws RunFailure `branch-taken` with the reason
 */
export async function judgeCommit(
  { git, isProtected, limits }: Omit<CommitRules, "folder">,
  { base, commit }: Parameters<GitRepository["judgeCommit"]>[0],
): Promise<ChangedFile[]> {
  const refuse = (reason: string) => new RunFailure("branch-taken", `${commit} is none of ours: ${reason}`);
  // The object itself: what git tells of a shallow commit's parents is that there are none.
  const [head = ""] = (await git.text(["cat-file", "commit", commit])).split("\n\n", 1);
  const parents = head.split("\n").flatMap((line) => (line.startsWith("parent ") ? [line.slice(7)] : []));
  if (parents.length !== 1 || parents[0] !== base) throw refuse(`its only parent is not ${base}`);

  const changes: Change[] = [];
  const problems: string[] = [];
  const differences = await rawDifference(git, base, `${commit}^{tree}`);
  for (const difference of differences) {
    const change = changeOf(difference);
    if (typeof change === "string") problems.push(change);
    else changes.push(change);
  }
  const changed = new Set(changes.map(({ path }) => path));
  const bytes = (await readTree(git, commit)).reduce(
    (sum, { path, size }) => sum + (path !== undefined && changed.has(path) ? size : 0),
    0,
  );
  if (bytes > limits.maxBytes) problems.push(`${bytes} bytes of changed files, more than ${limits.maxBytes}`);
  const judgement = judgeChanges({ changes, tree: await readTree(git, base), isProtected, limits });
  problems.push(...judgement.problems);
  if (problems.length > 0) throw refuse(summary(problems));
  return judgement.accepted.map(toChangedFile);
}

/** The change that a difference is, without its content, which has no say; otherwise why it can be none. */
function changeOf({ path, status, newMode }: RawDifference): Change | string {
  if (path === undefined) return "a name that is not UTF-8";
  if (status === "D") return { path, deleted: true };
  if (newMode === "100644" || newMode === "100755") return { path, mode: newMode, content: "" };
  return `${showPath(path)}: mode ${newMode}`;
}
