import { type Comment, type IssueSnapshot, markers } from "@froussard/contract";
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

/** A progress comment of ours. */
export type ProgressComment = Pick<Comment, "id" | "body" | "createdAt">;

/** Pages of 100 comments that are looked through for our own. */
const maxCommentPages = 20;

/** What a conditional request tells. */
interface Changed {
  changed: boolean;
  etag?: string;
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
  /** What an account may do in a repository; undefined when our token may not ask, or there is no such account. */
  permission(repository: string, login: string): Promise<{ userId: number; mayWrite: boolean } | undefined>;
  /**
   * Our own progress comments in a repository that were created since then, newest first. Of the newest 2,000 comments of
   * everybody: more were never seen in a day.
   */
  progressSince(repository: string, since: Date, viewerId: number): Promise<ProgressComment[]>;
  /** Whether the issue may have changed since the last call with this `etag`; a no costs nothing of the rate limit. */
  issueChanged(repository: string, issueNumber: number, etag?: string): Promise<Changed>;
  /** The same of a comment, with the numbers of its reactions: the issue itself tells nothing of either. */
  commentChanged(repository: string, commentId: number, etag?: string): Promise<Changed>;
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

  /** A conditional request; what is gone has changed. */
  const changed = async (
    doing: string,
    etag: string | undefined,
    ask: (headers: Record<string, string>) => Promise<{ headers: { etag?: string | undefined } }>,
  ): Promise<Changed> => {
    try {
      const { headers } = await ask(etag ? { "if-none-match": etag } : {});
      return { changed: true, ...(headers.etag && { etag: headers.etag }) };
    } catch (error) {
      if (notModified(error)) return { changed: false, ...(etag && { etag }) };
      if (isNotFound(error)) return { changed: true };
      throw githubFailure(error, doing);
    }
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

    permission: async (repository, login) => {
      try {
        const { data } = await repos.getCollaboratorPermissionLevel({ ...parts(repository), username: login });
        // `maintain` and custom roles above it are told as `write` here, `triage` as `read`.
        const mayWrite = data.permission === "admin" || data.permission === "write";
        return data.user ? { userId: Number(data.user.id), mayWrite } : undefined;
      } catch (error) {
        const failure = githubFailure(error, "asking what somebody may do");
        if (failure.code === "forbidden") return undefined;
        throw failure;
      }
    },

    progressSince: (repository, since, viewerId) =>
      asked("looking for the day's runs", async () => {
        const found: ProgressComment[] = [];
        const from = since.toISOString();
        const query = { ...parts(repository), sort: "created", direction: "desc", since: from, per_page: 100 } as const;
        let pages = 0;
        for await (const { data } of github.paginate.iterator(issues.listCommentsForRepo, query)) {
          for (const { id, user, body = "", created_at: createdAt } of data)
            if (user?.id === viewerId && body.startsWith(markers.progress) && Date.parse(createdAt) >= since.getTime())
              found.push({ id: Number(id), body, createdAt });
          const oldest = data.at(-1)?.created_at;
          if (oldest === undefined || Date.parse(oldest) < since.getTime() || ++pages === maxCommentPages) break;
        }
        return found;
      }),

    issueChanged: (repository, issueNumber, etag) =>
      changed("looking at the issue", etag, (headers) =>
        issues.get({ ...parts(repository), issue_number: issueNumber, headers }),
      ),

    commentChanged: (repository, commentId, etag) =>
      changed("looking at the plan", etag, (headers) =>
        issues.getComment({ ...parts(repository), comment_id: commentId, headers }),
      ),
  };
}

function parts(repository: string): { owner: string; repo: string } {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo };
}

function notModified(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 304;
}
