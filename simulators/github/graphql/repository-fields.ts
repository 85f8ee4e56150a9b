import { demand, hasRole } from "../access.ts";
import { isPull, pullsOf } from "../actions/pulls.ts";
import { listRefs, resolveCommit } from "../git/bare-repository.ts";
import { log } from "../git/history.ts";
import { htmlUrl } from "../present/repository.ts";
import { fullName, type Issue, type Repository } from "../store/records.ts";
import { type Arguments, notResolved, type QueryContext, readable, wordedForGraphql } from "./context.ts";
import { type Fields, type Order, only, ordered, paged } from "./fields.ts";
import { issueOrder } from "./issue-fields.ts";

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

export const repositoryFields: Fields<Repository> = {
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
  defaultBranchRef: (repository, _, context) => {
    readableContents(context, repository);
    return refOf(repository, `refs/heads/${repository.defaultBranch}`);
  },
  ref: (repository, args, context) => {
    readableContents(context, repository);
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

/** @throws {GraphQLError} FORBIDDEN when the token may not read what is in the repository */
function readableContents({ viewer }: QueryContext, repository: Repository): void {
  wordedForGraphql(() => demand(repository, viewer, { permission: "contents", level: "read", role: "read" }));
}

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
