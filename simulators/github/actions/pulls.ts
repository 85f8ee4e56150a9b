import { demandWriter, hasRole } from "../access.ts";
import { forbidden, invalid } from "../errors.ts";
import { listRefs, resolveCommit } from "../git/bare-repository.ts";
import { countCommits } from "../git/history.ts";
import { runGit } from "../git/run-git.ts";
import { fullName, type Issue, type PullRequest, type Repository, type User, type Viewer } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { insertIssue } from "./issues.ts";
import { issueBody, issueTitle } from "./text.ts";

export type PullIssue = Issue & { readonly pull: PullRequest };
export const isPull = (issue: Issue): issue is PullIssue => issue.pull !== null;

export function pullsOf(repository: Repository): PullIssue[] {
  return [...repository.issues.values()].filter(isPull);
}

export interface NewPullRequest {
  title: string;
  body?: string | null;
  /** Branch, or `owner:branch`; pull requests from forks are not simulated. */
  head: string;
  base: string;
  draft?: boolean;
}

const refuse = (field: string) => invalid({ resource: "PullRequest", field, code: "invalid" });
const custom = (message: string) => invalid({ resource: "PullRequest", code: "custom", message });

/** @throws {GitHubError} 422 in GitHub's words when head or base is missing, nothing differs, or one is open already */
export async function openPullRequest(
  store: Store,
  viewer: Viewer,
  repository: Repository,
  input: NewPullRequest,
): Promise<PullIssue> {
  const author = demandWriter(repository, viewer, { permission: "pull_requests", role: "read" });
  if (!hasRole(repository, author, "write")) throw forbidden("Must have push access to repository");
  const [owner, ...rest] = input.head.includes(":") ? input.head.split(":") : [repository.owner.login, input.head];
  const headBranch = rest.join(":");
  if (owner?.toLowerCase() !== repository.owner.login.toLowerCase()) throw refuse("head");
  const title = issueTitle(input.title, "PullRequest");
  const body = issueBody(input.body ?? null);
  const [headSha, baseSha] = await Promise.all([
    resolveCommit(repository.folder, `refs/heads/${headBranch}`),
    resolveCommit(repository.folder, `refs/heads/${input.base}`),
  ]);
  if (!baseSha) throw refuse("base");
  if (!headSha) throw refuse("head");
  if ((await countCommits(repository.folder, `${baseSha}..${headSha}`)) === 0) {
    throw custom(`No commits between ${input.base} and ${headBranch}`);
  }
  const same = (issue: PullIssue): boolean =>
    issue.state === "open" && issue.pull.headBranch === headBranch && issue.pull.baseBranch === input.base;
  if (pullsOf(repository).some(same)) {
    throw custom(`A pull request already exists for ${repository.owner.login}:${headBranch}.`);
  }
  const draft = input.draft ?? false;
  const pull: PullRequest = { ...store.identify("pull"), headBranch, headSha, baseBranch: input.base, baseSha, draft };
  const issue = insertIssue(store, repository, author, { title, body }, pull) as PullIssue;
  await runGit(repository.folder, ["update-ref", `refs/pull/${issue.number}/head`, headSha]);
  store.tell({ event: "pull_request", action: "opened", repository, sender: author, issue });
  store.changed();
  return issue;
}

/** Brings open pull requests up to their branches after a push; one whose head is gone is closed, as GitHub does. */
export async function followPush(store: Store, repository: Repository, pusher: User): Promise<void> {
  const refs = await listRefs(repository.folder, "refs/heads/");
  const heads = new Map(refs.map((ref) => [ref.name.slice("refs/heads/".length), ref.sha]));
  repository.pushedAt = store.now();
  for (const issue of pullsOf(repository)) {
    if (issue.state === "closed") continue;
    const headSha = heads.get(issue.pull.headBranch);
    if (headSha === issue.pull.headSha) continue;
    issue.updatedAt = store.now();
    if (headSha) {
      issue.pull.headSha = headSha;
      await runGit(repository.folder, ["update-ref", `refs/pull/${issue.number}/head`, headSha]);
    } else {
      issue.state = "closed";
      issue.closedAt = store.now();
      issue.closedBy = pusher;
      store.tell({ event: "pull_request", action: "closed", repository, sender: pusher, issue });
    }
  }
  store.changed();
}

const closingWords = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+\/[\w.-]+)?#(\d+))/gi;

/** Pull requests whose text says that they close this issue, open or closed. Only those onto the default branch link. */
export function closingPulls(store: Store, target: Issue): PullIssue[] {
  return [...store.repositories.values()]
    .flatMap(pullsOf)
    .filter(
      (issue) =>
        issue.pull.baseBranch === issue.repository.defaultBranch &&
        [...(issue.body ?? "").matchAll(closingWords)].some(
          ([, name, number]) =>
            (name ?? fullName(issue.repository)).toLowerCase() === fullName(target.repository).toLowerCase() &&
            Number(number) === target.number,
        ),
    );
}
