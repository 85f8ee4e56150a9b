import { GraphQLError } from "graphql";
import { canSee, demand, hasRole } from "../access.ts";
import { closingPulls, isPull, type PullIssue, pullsOf } from "../actions/pulls.ts";
import { listRefs, resolveCommit } from "../git/bare-repository.ts";
import { log } from "../git/history.ts";
import { commentHtmlUrl, issueHtmlUrl } from "../present/issue.ts";
import { htmlUrl } from "../present/repository.ts";
import { iso, isoOrNull } from "../present/user.ts";
import {
  type Authored,
  type Comment,
  fullName,
  type Issue,
  type IssueEvent,
  type Label,
  type Reaction,
  type Repository,
  type User,
} from "../store/records.ts";
import { connection, type PageArguments } from "./connection.ts";
import {
  type Arguments,
  contentNames,
  living,
  nodeById,
  notResolved,
  type QueryContext,
  type Resolver,
  readable,
  wordedForGraphql,
} from "./context.ts";

type Fields<S> = Readonly<Record<string, Resolver<S>>>;
const pageArguments = ["first", "last", "after", "before"];

/** A connection over what `list` answers; arguments beyond paging must be named here, others are refused. */
function paged<S>(
  name: string,
  accepted: readonly string[],
  list: (source: S, args: Arguments, context: QueryContext) => readonly unknown[] | Promise<readonly unknown[]>,
): Resolver<S> {
  return async (source, args, context) => {
    only(name, args, [...pageArguments, ...accepted]);
    return connection(await list(source, args, context), args as PageArguments, name);
  };
}

function only(name: string, args: Arguments, accepted: readonly string[]): void {
  // False is what the schema's own defaults say.
  const given = (key: string): boolean => args[key] !== null && args[key] !== undefined && args[key] !== false;
  const foreign = Object.keys(args).filter((key) => !accepted.includes(key) && given(key));
  if (foreign.length > 0) throw new GraphQLError(`argument ${foreign.join(", ")} of ${name} is not simulated`);
}

interface Order {
  field: string;
  direction: "ASC" | "DESC";
}
function ordered<T extends { createdAt: number; id: number }>(
  items: readonly T[],
  order: Order | undefined,
  value: (item: T) => number | string,
): T[] {
  const sign = order?.direction === "DESC" ? -1 : 1;
  return items.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    return sign * (left < right ? -1 : left > right ? 1 : a.id - b.id);
  });
}

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

const issueOrder = (order: Order | undefined) => (issue: Issue) =>
  order?.field === "UPDATED_AT"
    ? issue.updatedAt
    : order?.field === "COMMENTS"
      ? issue.comments.length
      : issue.createdAt;

const issueFields: Fields<Issue> = {
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

const pullFields: Fields<PullIssue> = {
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

const commentFields: Fields<Comment> = {
  ...authored,
  url: (comment, _, { backend }) => commentHtmlUrl(backend.store, comment),
  issue: (comment) => comment.issue,
  pullRequest: (comment) => (comment.issue.pull ? comment.issue : null),
  repository: (comment) => comment.issue.repository,
  isMinimized: (comment) => comment.minimizedReason !== null,
  minimizedReason: (comment) => comment.minimizedReason,
  viewerCanMinimize: (comment, _, { viewer }) => hasRole(comment.issue.repository, viewer.user, "write"),
};

async function refOf(repository: Repository, name: string): Promise<object | null> {
  const oid = await resolveCommit(repository.folder, name);
  if (!oid) return null;
  const [commit] = await log(repository.folder, oid, { max: 1 });
  const prefix = name.slice(0, name.indexOf("/", "refs/".length) + 1);
  const target = {
    __typename: "Commit",
    oid,
    abbreviatedOid: oid.slice(0, 7),
    message: commit?.message,
    committedDate: commit?.committer.date,
  };
  return { __typename: "Ref", id: `REF_${oid}`, name: name.slice(prefix.length), prefix, target };
}

const repositoryFields: Fields<Repository> = {
  id: (repository) => repository.nodeId,
  databaseId: (repository) => repository.id,
  name: (repository) => repository.name,
  nameWithOwner: fullName,
  owner: (repository) => repository.owner,
  url: (repository, _, { backend }) => htmlUrl(backend.store, repository),
  isPrivate: (repository) => repository.private,
  isArchived: (repository) => repository.archived,
  isEmpty: async (repository) => (await listRefs(repository.folder, "refs/heads/")).length === 0,
  hasIssuesEnabled: () => true,
  viewerPermission: (repository, _, { viewer }) =>
    (["admin", "maintain", "write", "triage", "read"] as const)
      .find((role) => hasRole(repository, viewer.user, role))
      ?.toUpperCase() ?? null,
  defaultBranchRef: (repository) => refOf(repository, `refs/heads/${repository.defaultBranch}`),
  ref: (repository, args) => {
    const name = String(args["qualifiedName"]);
    return refOf(repository, name.startsWith("refs/") ? name : `refs/heads/${name}`);
  },
  issue: (repository, args, context) => readable(context, numbered(repository, args, "Issue")),
  pullRequest: (repository, args, context) => readable(context, numbered(repository, args, "PullRequest")),
  issueOrPullRequest: (repository, args, context) =>
    readable(context, numbered(repository, args, "issue or pull request")),
  label: (repository, args) => repository.labels.get(String(args["name"]).toLowerCase()) ?? null,
  labels: paged("labels", [], (repository) => [...repository.labels.values()]),
  issues: paged("issues", ["states", "labels", "orderBy", "filterBy"], (repository, args, context) => {
    wordedForGraphql(() => demand(repository, context.viewer, { permission: "issues", level: "read", role: "read" }));
    const filter = (args["filterBy"] ?? {}) as {
      since?: string;
      states?: string[];
      labels?: string[];
      createdBy?: string;
    };
    only("issues.filterBy", filter, ["since", "states", "labels", "createdBy"]);
    const states = (args["states"] ?? filter.states) as string[] | undefined;
    const labels = (args["labels"] ?? filter.labels) as string[] | undefined;
    const since = filter.since ? Date.parse(filter.since) : 0;
    const wanted = [...repository.issues.values()].filter(
      (issue) =>
        !issue.pull &&
        issue.updatedAt >= since &&
        (!states || states.includes(issue.state.toUpperCase())) &&
        (!filter.createdBy || filter.createdBy === issue.author.login) &&
        (!labels || issue.labels.some((label) => labels.includes(label.name))),
    );
    const order = args["orderBy"] as Order | undefined;
    return ordered(wanted, order, issueOrder(order));
  }),
  pullRequests: paged(
    "pullRequests",
    ["states", "headRefName", "baseRefName", "orderBy"],
    (repository, args, context) => {
      wordedForGraphql(() =>
        demand(repository, context.viewer, { permission: "pull_requests", level: "read", role: "read" }),
      );
      const states = args["states"] as string[] | undefined;
      const wanted = pullsOf(repository).filter(
        (issue) =>
          (!states || states.includes(issue.state.toUpperCase())) &&
          (!args["headRefName"] || args["headRefName"] === issue.pull.headBranch) &&
          (!args["baseRefName"] || args["baseRefName"] === issue.pull.baseBranch),
      );
      const order = args["orderBy"] as Order | undefined;
      return ordered(wanted, order, issueOrder(order));
    },
  ),
};

function numbered(repository: Repository, args: Arguments, kind: string): Issue {
  const number = Number(args["number"]);
  // Transferred issues are not found under their old number; REST redirects instead.
  const issue = repository.issues.get(number);
  const fits = issue && (kind === "issue or pull request" || isPull(issue) === (kind === "PullRequest"));
  if (!fits) {
    const article = kind === "Issue" || kind.startsWith("issue") ? "an" : "a";
    throw notResolved(`Could not resolve to ${article} ${kind} with the number of ${number}.`);
  }
  return issue;
}

const userFields: Fields<User> = {
  id: (user) => user.nodeId,
  databaseId: (user) => user.id,
  login: (user) => user.login,
  name: () => null,
  url: (user, _, { backend }) => `${backend.store.url}/${user.login}`,
  createdAt: (user) => iso(user.createdAt),
};

const queryFields: Fields<undefined> = {
  viewer: (_source, _args, { viewer }) => viewer.user,
  node: (_source, args, context) => nodeById(context, String(args["id"])),
  nodes: (_source, args, context) =>
    (args["ids"] as string[]).map((id) => {
      try {
        return nodeById(context, id);
      } catch (error) {
        // Handed on as a value: each missing node is an error of its own, beside the others' data.
        return error;
      }
    }),
  user: (_source, args, { backend }) => {
    const user = backend.store.userByLogin(String(args["login"]));
    if (!user) throw notResolved(`Could not resolve to a User with the login of '${args["login"]}'.`);
    return user;
  },
  repository: (_source, args, { backend, viewer }) => {
    const [owner, name] = [String(args["owner"]), String(args["name"])];
    const { store } = backend;
    const follow = args["followRenames"] !== false;
    const repository =
      store.repositoryByName(owner, name) ?? (follow ? store.repositoryByFormerName(owner, name) : undefined);
    if (!repository || !canSee(repository, viewer)) {
      throw notResolved(`Could not resolve to a Repository with the name '${owner}/${name}'.`);
    }
    return repository;
  },
  rateLimit: (_source, args, { backend, viewer, cost }) => {
    only("rateLimit", args, []);
    const { limit, remaining, used, resetAt } = backend.limits.state(viewer.token?.value ?? "", "graphql");
    return { cost: cost.points, limit, remaining, used, nodeCount: cost.nodeCount, resetAt: iso(resetAt) };
  },
};

const labelFields: Fields<Label> = {
  id: (label) => label.nodeId,
  name: (label) => label.name,
  color: (label) => label.color,
  description: (label) => label.description,
};

const reactionFields: Fields<Reaction> = {
  id: (reaction) => reaction.nodeId,
  databaseId: (reaction) => reaction.id,
  content: (reaction) => contentNames[reaction.content],
  createdAt: (reaction) => iso(reaction.createdAt),
  user: (reaction) => living(reaction.user),
};

/** By GraphQL type name. Sources differ by type, which the schema's execution guarantees, not this table. */
export const resolvers: Readonly<Record<string, Fields<never>>> = {
  Query: queryFields as Fields<never>,
  User: userFields,
  Bot: userFields,
  Organization: userFields,
  Repository: repositoryFields,
  Issue: issueFields,
  PullRequest: pullFields,
  IssueComment: commentFields,
  Reaction: reactionFields,
  Label: labelFields,
};
