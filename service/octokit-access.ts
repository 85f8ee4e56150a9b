import { createHash } from "node:crypto";
import { isListed, markerPrefix, type Policy, parseCommand, stateLabels } from "@froussard/contract";
import type { AppClient } from "@froussard/github/app-client";
import type { GitHub } from "@froussard/github/client";
import { queryThrough } from "@froussard/github/graphql";
import { readPulse, readSnapshot } from "@froussard/github/read-snapshot";
import { minimizeMutation } from "@froussard/github/snapshot-query";
import { RequestError } from "@octokit/request-error";
import type { Allowance, ChangedIssue, GitHubAccess } from "./github-access.ts";
import { octokitHooks } from "./octokit-hooks.ts";
import {
  addMarkMutation,
  type PendingNode,
  pendingQuery,
  pendingResponse,
  removeMarkMutation,
} from "./pending-query.ts";

const perPage = 100;
/** A hundred thousand issues. */
const maxPages = 1_000;

/** {@link GitHubAccess} through Octokit. `onAllowance` hears what each answer says about the rate limits. */
export function octokitAccess(
  github: GitHub,
  policy: Policy,
  onAllowance: (allowance: Allowance) => void = () => {},
): GitHubAccess {
  let last: Allowance | undefined;
  const note = (allowance: Allowance) => {
    if (allowance.kind === "graphql") last = allowance;
    onAllowance(allowance);
  };
  const write = queryThrough((mutation, variables) => github.graphql(mutation, variables));
  /** Mutations are paced as the writes they are, cost a point each and do not say so. */
  const mutate = async (mutation: string, variables: Record<string, unknown>) => {
    await write(mutation, variables);
    if (last) note({ ...last, cost: 1, remaining: last.remaining - 1 });
  };
  const reader = (signal?: AbortSignal) => ({
    graphql: (query: string, variables: Record<string, unknown>) =>
      github.query(query, { ...variables, ...(signal && { request: { signal, retries: 0 } }) }),
    onRateLimit: (limit: { cost: number; remaining: number; resetAt: string }) => note({ kind: "graphql", ...limit }),
  });
  return {
    readIssue: (repository, issueNumber, signal) => readSnapshot(reader(signal), repository, issueNumber),
    readPulse: (nodeIds) => readPulse(reader(), nodeIds),

    async listChanges(repository, since, etag) {
      const [owner = "", repo = ""] = repository.split("/");
      const query = {
        owner,
        repo,
        state: "all",
        sort: "updated",
        direction: "desc",
        since,
        per_page: perPage,
      } as const;
      const changed: ChangedIssue[] = [];
      let newEtag: string | undefined;
      for (let page = 1; ; page++) {
        if (page > maxPages) throw new Error(`the list of what changed in ${repository} has no end`);
        const headers = page === 1 && etag !== undefined ? { "if-none-match": etag } : {};
        const response = await github.rest.issues.listForRepo({ ...query, page, headers }).catch((error: unknown) => {
          if (error instanceof RequestError && error.status === 304) return "unchanged" as const;
          throw error;
        });
        if (response === "unchanged") return response;
        noteHeaders(response.headers, note);
        if (page === 1) newEtag = response.headers.etag;
        // Page by page, for the texts of thousands of issues need not be held together.
        for (const issue of response.data) if (!issue.pull_request) changed.push(changedIssue(issue));
        if (response.data.length < perPage) break;
      }
      return { issues: changed, ...(newEtag !== undefined && { etag: newEtag }) };
    },

    async *listPending(repository) {
      const [owner, name] = repository.split("/");
      let after: string | null | undefined;
      do {
        const answer = pendingResponse.parse(await github.query(pendingQuery, { owner, name, after: after ?? null }));
        note({ kind: "graphql", ...answer.rateLimit });
        if (!answer.repository) throw new Error(`repository ${repository} is not there, or the token may not see it`);
        const { nodes, pageInfo } = answer.repository.issues;
        yield nodes.filter((node) => mayBePending(node, policy)).map(({ number }) => number);
        after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
      } while (after);
    },

    async listRepositories() {
      const { repos, apps } = github.rest;
      const found = github.app
        ? await github.paginate(apps.listReposAccessibleToInstallation, { per_page: perPage })
        : await github.paginate(repos.listForAuthenticatedUser, { per_page: perPage });
      return found.filter(({ archived }) => !archived).map(({ full_name }) => full_name);
    },
    async mayPush(repository) {
      if (github.app) return appMayPush(github.app, repository);
      const [owner = "", repo = ""] = repository.split("/");
      try {
        return (await github.rest.repos.get({ owner, repo })).data.permissions?.push ?? false;
      } catch (error) {
        if (!(error instanceof RequestError) || error.status !== 404) throw error;
        const fix = "correct CODEX_REPOSITORIES, or give the token access to it";
        throw new Error(`there is no repository ${repository} as far as the token may see: ${fix}`, { cause: error });
      }
    },
    ...octokitHooks(github, (headers) => noteHeaders(headers, note)),
    async addMark({ nodeId, content, stale }) {
      if (stale) await mutate(removeMarkMutation, { id: nodeId, content });
      await mutate(addMarkMutation, { id: nodeId, content });
    },
    async createComment(repository, issue_number, body) {
      const [owner = "", repo = ""] = repository.split("/");
      await github.rest.issues.createComment({ owner, repo, issue_number, body, request: { retries: 0 } });
    },
    async minimize(nodeId) {
      await mutate(minimizeMutation, { id: nodeId });
    },
    async setStateLabel(repository, issue_number, label, present) {
      const [owner = "", repo = ""] = repository.split("/");
      const issue = { owner, repo, issue_number };
      // GitHub makes a label that the repository does not have.
      await github.rest.issues.addLabels({ ...issue, labels: [label] });
      for (const name of present)
        if (stateLabels.includes(name) && name !== label) await github.rest.issues.removeLabel({ ...issue, name });
    },
  };
}

/** The repository's `permissions` tell of people only; what counts is what the installation was granted. */
async function appMayPush(app: AppClient, repository: string): Promise<boolean> {
  const installation = await app.installationOn(repository);
  if (!installation)
    throw new Error(
      `the GitHub App is not installed on a repository ${repository}: correct CODEX_REPOSITORIES, or add it to the installation`,
    );
  if (installation.id !== app.installationId)
    throw new Error(
      `${repository} belongs to the App's installation ${installation.id}: set GITHUB_APP_INSTALLATION_ID to it, or correct CODEX_REPOSITORIES`,
    );
  const { contents, issues, pull_requests } = installation.permissions;
  return [contents, issues, pull_requests].every((level) => level === "write");
}

type ListedIssue = Parameters<typeof fingerprint>[0] & { number: number };

function changedIssue(issue: ListedIssue): ChangedIssue {
  return {
    number: issue.number,
    open: issue.state === "open",
    updatedAt: issue.updated_at,
    fingerprint: fingerprint(issue),
  };
}

/** Within one second an issue can change again: its time stamp alone does not tell. */
function fingerprint(issue: {
  updated_at: string;
  state: string;
  comments: number;
  title: string;
  body?: string | null;
  labels: (string | { name?: string })[];
}): string {
  const labels = issue.labels.map((label) => (typeof label === "string" ? label : label.name));
  const parts = [issue.updated_at, issue.state, issue.comments, issue.title, issue.body ?? "", labels];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64");
}

/** More comments than were looked at: better to read the issue than to miss something. */
function mayBePending({ comments }: PendingNode, policy: Policy): boolean {
  if (comments.totalCount > comments.nodes.length) return true;
  return comments.nodes.some(({ body, viewerDidAuthor, author }) => {
    if (viewerDidAuthor && body.startsWith(markerPrefix)) return true;
    const person = author && { login: author.login, type: author.__typename, id: author.databaseId ?? 0 };
    return isListed(person ?? undefined, policy) && parseCommand(body) !== undefined;
  });
}

function noteHeaders(headers: Record<string, unknown>, onAllowance: (allowance: Allowance) => void): void {
  const remaining = Number(headers["x-ratelimit-remaining"]);
  const reset = Number(headers["x-ratelimit-reset"]);
  const resetAt = new Date(reset * 1000);
  if (!Number.isFinite(remaining) || Number.isNaN(resetAt.getTime())) return;
  onAllowance({ kind: "rest", remaining, resetAt: resetAt.toISOString(), cost: 0 });
}
