import { createHash } from "node:crypto";
import { markerPrefix, parseCommand, stateLabels } from "@froussard/contract";
import type { Allowance, GitHubAccess } from "../github-access.ts";
import { bot, type FakeGitHub, type FakeIssue } from "./fake-github.ts";

export interface FakeAccess extends GitHubAccess {
  /** GraphQL points by kind of query; `listChanges` counts answers that are no 304. */
  readonly spent: Record<"readIssue" | "readPulse" | "listPending" | "mutation" | "listChanges", number>;
  /** Set to make calls fail: gets the method's name and the repository, when there is one. */
  fail: (method: string, repository?: string) => boolean;
  onAllowance: (allowance: Allowance) => void;
}

/** What one query answers at most, as the documents ask for it. */
const perPage = { comments: 100, reactions: 100, pending: 50 };

/**
 * {@link GitHubAccess} over the fake. It charges what GitHub charges: a point for each query, and as many queries as there
 * are pages (a test holds this against the simulator's cost function).
 */
export function fakeAccess(github: FakeGitHub): FakeAccess {
  const targets = (nodeId: string) =>
    github.issues.flatMap(({ issue, comments }) => [issue, ...comments]).find((each) => each.nodeId === nodeId);
  const spend = (kind: keyof FakeAccess["spent"], repository?: string) => {
    if (access.fail(kind, repository)) throw new Error(`${kind} failed`);
    access.spent[kind] += 1;
    const resetAt = new Date(github.now.getTime() + 30 * 60_000).toISOString();
    if (kind !== "listChanges") access.onAllowance({ kind: "graphql", cost: 1, remaining: 4000, resetAt });
  };
  const access: FakeAccess = {
    spent: { readIssue: 0, readPulse: 0, listPending: 0, mutation: 0, listChanges: 0 },
    fail: () => false,
    onAllowance: () => {},
    async readIssue(repository, issueNumber) {
      spend("readIssue", repository);
      const issue = github.find(repository, issueNumber);
      for (let page = 1; issue && page < pagesOf(issue); page++) spend("readIssue", repository);
      return issue && github.snapshot(issue);
    },
    async readPulse(ids) {
      if (ids.length > 0) spend("readPulse");
      return github.pulse(ids);
    },
    async listChanges(repository, since, etag) {
      if (access.fail("listChanges", repository)) throw new Error("listChanges failed");
      const issues = github.issues
        .filter((each) => each.repository.nameWithOwner === repository && each.updatedAt >= since)
        .map((each) => ({
          number: each.issue.number,
          open: each.issue.state === "OPEN",
          updatedAt: each.updatedAt,
          fingerprint: fingerprint(each),
        }));
      const now = createHash("sha256").update(JSON.stringify(issues)).digest("hex");
      if (now === etag) return "unchanged";
      spend("listChanges", repository);
      return { issues, etag: now };
    },
    async *listPending(repository) {
      const issues = github.issues.filter(
        ({ repository: each, issue }) => each.nameWithOwner === repository && issue.state === "OPEN",
      );
      for (let from = 0; from === 0 || from < issues.length; from += perPage.pending) {
        spend("listPending", repository);
        yield issues
          .slice(from, from + perPage.pending)
          .filter(({ comments }) => comments.some(({ body }) => body.startsWith(markerPrefix) || parseCommand(body)))
          .map(({ issue }) => issue.number);
      }
    },
    async listRepositories() {
      if (access.fail("listRepositories")) throw new Error("listRepositories failed");
      return [...new Set(github.issues.map(({ repository }) => repository.nameWithOwner))];
    },
    async mayPush() {
      return true;
    },
    async listDeliveries() {
      return { deliveries: [] };
    },
    async redeliver() {},
    async addMark({ nodeId, content, stale }) {
      for (const _ of stale ? ["remove", "add"] : ["add"]) spend("mutation");
      const target = targets(nodeId);
      if (target && stale) github.unreact(target, bot, content);
      if (target) github.react(target, bot, content);
    },
    async createComment(repository, issueNumber, body) {
      if (access.fail("createComment", repository)) throw new Error("createComment failed");
      const issue = github.find(repository, issueNumber);
      if (issue) github.comment(issue, bot, body);
    },
    async setStateLabel(repository, issueNumber, label, present) {
      if (access.fail("setStateLabel", repository)) throw new Error("setStateLabel failed");
      const issue = github.find(repository, issueNumber);
      if (!issue) return;
      github.label(issue, bot, label);
      issue.issue.labels = issue.issue.labels.filter(
        (each) => each === label || !stateLabels.includes(each) || !present.includes(each),
      );
    },
    async minimize(nodeId) {
      spend("mutation");
      const target = targets(nodeId);
      if (target) Object.assign(target, { isMinimized: true });
    },
  };
  return access;
}

/** Queries it takes to read an issue: reactions are read to the end where they mean something. */
function pagesOf({ issue, comments }: FakeIssue): number {
  const more = (count: number, size: number) => Math.max(0, Math.ceil(count / size) - 1);
  const reacted = [issue, ...comments.filter(({ viewerDidAuthor }) => viewerDidAuthor)];
  return reacted.reduce(
    (pages, { reactions }) => pages + more(reactions.length, perPage.reactions),
    1 + more(comments.length, perPage.comments),
  );
}

function fingerprint({ updatedAt, issue, comments }: FakeIssue): string {
  return JSON.stringify([updatedAt, issue.state, issue.title, issue.body, issue.labels, comments.length]);
}
