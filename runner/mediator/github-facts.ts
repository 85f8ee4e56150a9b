import type { IssueSnapshot } from "@froussard/contract";
import type { GitHub } from "@froussard/github/client";
import { readSnapshot } from "@froussard/github/read-snapshot";
import { githubFailure, isNotFound } from "./github-failure.ts";

/** A repository as REST shows it to our token. */
export interface RepositoryFacts {
  id: number;
  nameWithOwner: string;
  isPrivate: boolean;
  isArchived: boolean;
  defaultBranch: string;
  mayPush: boolean;
}

/** What the mediator asks GitHub before and during a run. Failures are `RunFailure`s. */
export interface GitHubFacts {
  /** Undefined when there is no such issue. */
  issue(repository: string, issueNumber: number): Promise<IssueSnapshot | undefined>;
  repository(repository: string): Promise<RepositoryFacts>;
  /** Commit at the tip of a branch; undefined when there is no such branch. */
  branchTip(repository: string, branch: string): Promise<string | undefined>;
  /** Whether a commit is the other one or an ancestor of it. */
  isAncestor(repository: string, ancestor: string, descendant: string): Promise<boolean>;
  /** Whether the issue may have changed since the last call with this `etag`; a no costs nothing of the rate limit. */
  issueChanged(repository: string, issueNumber: number, etag?: string): Promise<{ changed: boolean; etag?: string }>;
}

/** {@link GitHubFacts} by GitHub's API. */
export function createGitHubFacts(github: GitHub): GitHubFacts {
  const { repos, issues } = github.rest;
  const asked = async <T>(doing: string, ask: () => Promise<T>, absent?: T): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      if (absent !== undefined && isNotFound(error)) return absent;
      throw githubFailure(error, doing);
    }
  };
  const none = Symbol("none");
  const orUndefined = async <T>(doing: string, ask: () => Promise<T>): Promise<T | undefined> => {
    const answer = await asked<T | typeof none>(doing, ask, none);
    return answer === none ? undefined : (answer as T);
  };

  return {
    issue: (repository, issueNumber) =>
      orUndefined("reading the issue", () => readSnapshot({ graphql: github.query }, repository, issueNumber)),

    repository: (repository) =>
      asked("reading the repository", async () => {
        const { data } = await repos.get(parts(repository));
        return {
          id: Number(data.id),
          nameWithOwner: data.full_name,
          isPrivate: data.private,
          isArchived: data.archived,
          defaultBranch: data.default_branch,
          // Of an App the permissions tell nothing; a token that may not write there is not given to begin with.
          mayPush: github.app ? true : (data.permissions?.push ?? false),
        };
      }),

    branchTip: (repository, branch) =>
      orUndefined(`reading branch ${branch}`, async () => {
        const { data } = await repos.getBranch({ ...parts(repository), branch });
        return data.commit.sha;
      }),

    isAncestor: (repository, ancestor, descendant) =>
      asked(
        "comparing commits",
        async () => {
          const { data } = await repos.compareCommitsWithBasehead({
            ...parts(repository),
            basehead: `${ancestor}...${descendant}`,
            per_page: 1,
          });
          return data.status === "ahead" || data.status === "identical";
        },
        false,
      ),

    issueChanged: async (repository, issueNumber, etag) => {
      try {
        const { headers } = await issues.get({
          ...parts(repository),
          issue_number: issueNumber,
          ...(etag && { headers: { "if-none-match": etag } }),
        });
        return { changed: true, ...(headers.etag && { etag: headers.etag }) };
      } catch (error) {
        if (notModified(error)) return { changed: false, ...(etag && { etag }) };
        throw githubFailure(error, "looking at the issue");
      }
    },
  };
}

function parts(repository: string): { owner: string; repo: string } {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo };
}

function notModified(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 304;
}
