import type { GitHub } from "@froussard/github/client";

/** What is verified of a pull request. */
export interface PullFacts {
  number: number;
  url: string;
  /** Login. */
  author: string;
  state: "open" | "closed";
  isDraft: boolean;
  title: string;
  body: string;
  headBranch: string;
  baseBranch: string;
  changedFiles: number;
  /** Oldest first. */
  commits: CommitFacts[];
}

export interface CommitFacts {
  sha: string;
  authorName: string;
  committerName: string;
  message: string;
}

/** Where a trial happens, and by which words a pull request is known as the issue's. */
export interface TrialIssue {
  /** `owner/name` */
  repository: string;
  number: number;
  /** ISO 8601 */
  createdAt: string;
  /** `CODEX_BRANCH_PREFIX` of the pipeline. */
  branchPrefix: string;
}

/** A word by which GitHub closes an issue when the pull request is merged. (GitHub: "Linking a pull request to an issue".) */
export function closes(body: string, issueNumber: number): boolean {
  return new RegExp(`\\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\\s+#${issueNumber}\\b`, "i").test(body);
}

/** Whether a pull request is the issue's: by its branch, or by its words where the branch is named wrongly. Pure. */
export function belongsTo(pull: { headBranch: string; body: string; createdAt: string }, issue: TrialIssue): boolean {
  if (pull.createdAt < issue.createdAt) return false;
  return pull.headBranch.startsWith(`${issue.branchPrefix}${issue.number}-`) || closes(pull.body, issue.number);
}

/** Reads the pull requests of a trial's issue, oldest first. Rejects with what Octokit rejects with. */
export async function readPulls(github: GitHub, issue: TrialIssue): Promise<PullFacts[]> {
  const [owner = "", repo = ""] = issue.repository.split("/");
  // The newest hundred: the issue is younger than this program's start.
  const { data } = await github.rest.pulls.list({
    ...{ owner, repo, state: "all", sort: "created", direction: "desc", per_page: 100 },
  });
  const own = data.filter(({ head, body, created_at: createdAt }) =>
    belongsTo({ headBranch: head.ref, body: body ?? "", createdAt }, issue),
  );
  const numbers = own.map(({ number }) => number).toSorted((one, other) => one - other);
  return await Promise.all(numbers.map((number) => readPull(github, { owner, repo, pull_number: number })));
}

async function readPull(
  github: GitHub,
  place: { owner: string; repo: string; pull_number: number },
): Promise<PullFacts> {
  const [{ data: pull }, commits] = await Promise.all([
    github.rest.pulls.get(place),
    github.paginate(github.rest.pulls.listCommits, { ...place, per_page: 100 }),
  ]);
  return {
    number: pull.number,
    url: pull.html_url,
    author: pull.user.login,
    state: pull.state,
    isDraft: pull.draft ?? false,
    title: pull.title,
    body: pull.body ?? "",
    headBranch: pull.head.ref,
    baseBranch: pull.base.ref,
    changedFiles: pull.changed_files,
    commits: commits.map(({ sha, commit }) => ({
      sha,
      authorName: commit.author?.name ?? "",
      committerName: commit.committer?.name ?? "",
      message: commit.message,
    })),
  };
}
