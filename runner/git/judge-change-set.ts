import type { Change } from "../protocol.ts";
import type { ChangeRules } from "./change-rules.ts";
import { foldPath } from "./check-path.ts";
import type { GitCalls } from "./git-calls.ts";
import { type JudgedChange, type Judgement, judgeChanges, showPath } from "./judge-changes.ts";
import { pathFilters } from "./path-filters.ts";
import { protectedLinkTargets } from "./protected-links.ts";
import { protectedPathMatcher } from "./protected-paths.ts";
import { readBlobs } from "./read-blobs.ts";
import type { SecretSearch } from "./secret-search.ts";
import { readTree, type TreeEntry } from "./tree.ts";

export interface CommitRules {
  git: GitCalls;
  /** Where a scratch folder may be made. */
  folder: string;
  rules: ChangeRules;
  secrets: SecretSearch;
}

/** Judges a change set with all that the base commit tells about its paths, and looks for credentials in it. */
export async function judgeChangeSet(
  { git, folder, rules, secrets }: CommitRules,
  { base, changes }: { base: string; changes: readonly Change[] },
): Promise<Judgement> {
  const named = await namesWithSecrets(changes, secrets);
  // Alone: whatever else is wrong would be told with the name.
  if (named) return { accepted: [], problems: [named] };
  const tree = await readTree(git, base);
  const listed = protectedPathMatcher(rules.protectedPaths);
  const targets = [...(await protectedLinkTargets(git, tree, listed))].map(foldPath);
  const judgement = judgeChanges({
    changes,
    tree,
    isProtected: (path) => listed(path) || targets.some((target) => isAtOrBelow(foldPath(path), target)),
    limits: rules,
  });
  if (judgement.problems.length > 0) return judgement;
  const written = judgement.accepted.flatMap((change) => (change.status === "deleted" ? [] : [change]));
  const paths = written.map(({ path }) => path);
  const filters = await pathFilters({ git, folder }, { commit: base, tree, paths });
  const problems = written.flatMap(({ path, content }) => {
    const reason = storedElsewhere(filters.get(path), content);
    return reason ? [`${showPath(path)}: ${reason}`] : [];
  });
  if (problems.length === 0) problems.push(...(await secretsIn(git, tree, judgement.accepted, secrets)));
  return { accepted: judgement.accepted, problems };
}

function isAtOrBelow(path: string, target: string): boolean {
  return path === target || path.startsWith(`${target}/`);
}

/** Filters are run by nobody here, so that the content of such a path cannot become what the repository keeps of it. */
function storedElsewhere(filter: string | undefined, content: Buffer): string | undefined {
  if (filter === "lfs") return "kept by Git LFS, which this pipeline cannot write";
  if (filter !== undefined) return "kept through a git filter, which this pipeline does not run";
  const isPointer =
    content.length < 1024 && /^version https:\/\/git-lfs\.github\.com\/spec\//.test(content.toString("latin1"));
  return isPointer ? "a Git LFS pointer in place of content" : undefined;
}

async function namesWithSecrets(changes: readonly Change[], secrets: SecretSearch): Promise<string | undefined> {
  const names = changes.map(({ path }) => path).join("\n");
  const own = await secrets.own(names);
  if (own) return `a file's name holds ${own}`;
  const [shape] = await secrets.shapes(names);
  return shape && `a file's name holds what looks like a credential (${shape.rule})`;
}

/** Credentials in the contents. A line that stood in the base commit, in one of the same files, tells nobody anything new. */
async function secretsIn(
  git: GitCalls,
  tree: readonly TreeEntry[],
  accepted: readonly JudgedChange[],
  secrets: SecretSearch,
): Promise<string[]> {
  const problems: string[] = [];
  let known: Promise<ReadonlySet<string>> | undefined;
  for (const change of accepted) {
    if (change.status === "deleted") continue;
    const text = change.content.toString("utf8");
    const own = await secrets.own(text);
    if (own) problems.push(`${showPath(change.path)}: holds ${own}`);
    for (const { rule, start, end } of own ? [] : await secrets.shapes(text)) {
      known ??= linesBefore(git, tree, accepted);
      const lines = await known;
      const first = text.lastIndexOf("\n", start - 1) + 1;
      const last = text.indexOf("\n", end);
      const touched = text.slice(first, last < 0 ? undefined : last).split("\n");
      if (touched.every((line) => lines.has(line))) continue;
      const line = text.slice(0, start).split("\n").length;
      problems.push(`${showPath(change.path)}: holds what looks like a credential (${rule}) in line ${line}`);
    }
  }
  return problems;
}

/** Every line of the base commit's files that are changed or deleted, so that moving a file brings in nothing new. */
async function linesBefore(
  git: GitCalls,
  tree: readonly TreeEntry[],
  accepted: readonly JudgedChange[],
): Promise<ReadonlySet<string>> {
  const touched = new Set(accepted.map(({ path }) => path));
  const entries = tree.filter(({ path }) => path !== undefined && touched.has(path));
  const contents = await readBlobs(git, entries);
  return new Set(contents.flatMap((content) => content?.toString("utf8").split("\n") ?? []));
}
