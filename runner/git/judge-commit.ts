import { RunFailure } from "@froussard/contract";
import type { GitRepository } from "../mediator/ports.ts";
import type { Change } from "../protocol.ts";
import { rawDifference, summary } from "./commit-changes.ts";
import { type CommitRules, judgeChangeSet } from "./judge-change-set.ts";
import { showPath, toChangedFile, tooManyBytes, tooManyFiles } from "./judge-changes.ts";
import { readBlobs } from "./read-blobs.ts";
import { type RawDifference, readTree } from "./tree.ts";

/**
 * Judges a commit that stands on a branch as if its difference to the base were a change set (design §5). Both commits
 * must be in the clone.
 * @throws RunFailure `branch-taken` with the reason
 */
export async function judgeCommit(
  commitRules: CommitRules,
  { base, commit }: Parameters<GitRepository["judgeCommit"]>[0],
): ReturnType<GitRepository["judgeCommit"]> {
  const { git, rules } = commitRules;
  const refuse = (reason: string) => new RunFailure("branch-taken", `${commit} is none of ours: ${reason}`);
  // The object itself: what git tells of a shallow commit's parents is that there are none.
  const [head = "", message = ""] = (await git.text(["cat-file", "commit", commit])).split(/\n\n(.*)/s);
  const parents = head.split("\n").flatMap((line) => (line.startsWith("parent ") ? [line.slice(7)] : []));
  if (parents.length !== 1 || parents[0] !== base) throw refuse(`its only parent is not ${base}`);

  const differences = await rawDifference(git, base, `${commit}^{tree}`);
  const problems = differences.flatMap(faultOf);
  if (problems.length > 0) throw refuse(summary(problems));
  if (differences.length > rules.maxFiles) throw refuse(tooManyFiles(differences.length, rules));
  const changed = new Set(differences.map(({ path }) => path));
  const entries = (await readTree(git, commit)).filter(({ path }) => changed.has(path));
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  if (bytes > rules.maxBytes) throw refuse(tooManyBytes(bytes, rules));
  const contents = await readBlobs(git, entries);
  const byPath = new Map(entries.map(({ path }, index) => [path, contents[index]]));
  const changes = differences.map(({ path = "", status, newMode }): Change => {
    if (status === "D") return { path, deleted: true };
    const content = byPath.get(path)?.toString("base64") ?? "";
    return { path, mode: newMode === "100755" ? newMode : "100644", content };
  });
  const judgement = await judgeChangeSet(commitRules, { base, changes });
  if (judgement.problems.length > 0) throw refuse(summary(judgement.problems));
  return { message, files: judgement.accepted.map(toChangedFile) };
}

/** Why a difference can be no change of ours. */
function faultOf({ path, status, newMode }: RawDifference): string[] {
  if (path === undefined) return ["a name that is not UTF-8"];
  if (status === "D" || newMode === "100644" || newMode === "100755") return [];
  return [`${showPath(path)}: mode ${newMode}`];
}
