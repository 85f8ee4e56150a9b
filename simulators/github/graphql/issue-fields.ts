import { canSee, hasRole } from "../access.ts";
import { closingPulls, type PullIssue } from "../actions/pulls.ts";
import { commentHtmlUrl, issueHtmlUrl } from "../present/issue.ts";
import { iso, isoOrNull } from "../present/user.ts";
import type { Authored, Comment, Issue, IssueEvent } from "../store/records.ts";
import { type Arguments, contentNames, living } from "./context.ts";
import { type Fields, type Order, ordered, paged } from "./fields.ts";

const authored: Fields<Authored & (Issue | Comment)> = {
  id: (it) => it.nodeId,
  databaseId: (it) => it.id,
  fullDatabaseId: (it) => String(it.id),
  author: (it) => living(it.author),
  editor: (it) => living(it.editor),
  body: (it) => it.body ?? "",
  createdAt: (it) => iso(it.createdAt),
  updatedAt: (it) => iso(it.updatedAt),
  publishedAt: (it) => iso(it.createdAt),
  lastEditedAt: (it) => isoOrNull(it.lastEditedAt),
  includesCreatedEdit: () => false,
  viewerDidAuthor: (it, _, { viewer }) => it.author.id === viewer.user?.id,
  reactions: paged("reactions", ["content", "orderBy"], (it, args) => {
    const wanted = it.reactions.filter((one) => !args["content"] || contentNames[one.content] === args["content"]);
    return ordered(wanted, args["orderBy"] as Order | undefined, (one) => one.createdAt);
  }),
};

/** The number an issue is ordered by. */
export const issueOrder = (order: Order | undefined) => (issue: Issue) =>
  order?.field === "UPDATED_AT"
    ? issue.updatedAt
    : order?.field === "COMMENTS"
      ? issue.comments.length
      : issue.createdAt;

export const issueFields: Fields<Issue> = {
  ...authored,
  number: (issue) => issue.number,
  title: (issue) => issue.title,
  url: (issue, _, { backend }) => issueHtmlUrl(backend.store, issue),
  state: (issue) => issue.state.toUpperCase(),
  stateReason: (issue) => issue.stateReason?.toUpperCase() ?? null,
  closed: (issue) => issue.state === "closed",
  closedAt: (issue) => isoOrNull(issue.closedAt),
  locked: (issue) => issue.locked,
  repository: (issue) => issue.repository,
  labels: paged("labels", ["orderBy"], (issue, args) => {
    const order = args["orderBy"] as Order | undefined;
    return order
      ? ordered(issue.labels, order, (label) => (order.field === "NAME" ? label.name : label.createdAt))
      : issue.labels;
  }),
  comments: paged("comments", ["orderBy"], (issue, args) => {
    const order = args["orderBy"] as Order | undefined;
    return order ? ordered(issue.comments, order, (comment) => comment.updatedAt) : issue.comments;
  }),
  timelineItems: paged("timelineItems", ["itemTypes", "since"], timelineItems),
  closedByPullRequestsReferences: paged(
    "closedByPullRequestsReferences",
    ["includeClosedPrs"],
    (issue, args, { backend, viewer }) =>
      closingPulls(backend.store, issue).filter(
        (pull) => canSee(pull.repository, viewer) && (pull.state === "open" || args["includeClosedPrs"] === true),
      ),
  ),
};

export const pullFields: Fields<PullIssue> = {
  ...(issueFields as Fields<PullIssue>),
  // Of the pull request itself; its issue's numeric id is another.
  databaseId: (it) => it.pull.id,
  fullDatabaseId: (it) => String(it.pull.id),
  isDraft: (it) => it.pull.draft,
  merged: () => false,
  mergedAt: () => null,
  headRefName: (it) => it.pull.headBranch,
  headRefOid: (it) => it.pull.headSha,
  baseRefName: (it) => it.pull.baseBranch,
  baseRefOid: (it) => it.pull.baseSha,
  headRepository: (it) => it.repository,
  isCrossRepository: () => false,
};

const timelineTypes: Partial<Record<IssueEvent["event"], string>> = {
  labeled: "LabeledEvent",
  unlabeled: "UnlabeledEvent",
  closed: "ClosedEvent",
  reopened: "ReopenedEvent",
  renamed: "RenamedTitleEvent",
  locked: "LockedEvent",
  unlocked: "UnlockedEvent",
};

function timelineItems(issue: Issue, args: Arguments): object[] {
  const events = issue.events.flatMap((event) => {
    const __typename = timelineTypes[event.event];
    if (!__typename) return [];
    const titles = event.rename ? { previousTitle: event.rename.from, currentTitle: event.rename.to } : {};
    const shown = {
      __typename,
      id: event.nodeId,
      createdAt: iso(event.createdAt),
      actor: living(event.actor),
      label: event.label,
      ...titles,
    };
    return [{ at: event.createdAt, type: constantCase(__typename), shown: shown as object }];
  });
  const comments = issue.comments.map((comment) => ({
    at: comment.createdAt,
    type: "ISSUE_COMMENT",
    shown: comment as object,
  }));
  const types = args["itemTypes"] as readonly string[] | undefined;
  const since = args["since"] ? Date.parse(String(args["since"])) : 0;
  return [...events, ...comments]
    .filter(({ at, type }) => at >= since && (!types || types.includes(type)))
    .sort((a, b) => a.at - b.at)
    .map(({ shown }) => shown);
}

const constantCase = (name: string): string => name.replaceAll(/(?<=[a-z])[A-Z]/g, "_$&").toUpperCase();

export const commentFields: Fields<Comment> = {
  ...authored,
  url: (comment, _, { backend }) => commentHtmlUrl(backend.store, comment),
  issue: (comment) => comment.issue,
  pullRequest: (comment) => (comment.issue.pull ? comment.issue : null),
  repository: (comment) => comment.issue.repository,
  isMinimized: (comment) => comment.minimizedReason !== null,
  minimizedReason: (comment) => comment.minimizedReason,
  viewerCanMinimize: (comment, _, { viewer }) => hasRole(comment.issue.repository, viewer.user, "write"),
};
