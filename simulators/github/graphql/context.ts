import { GraphQLError } from "graphql";
import { canSee, demand, permissionFor } from "../access.ts";
import { GitHubError } from "../errors.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Backend } from "../rest/context.ts";
import type { Issue, ReactionContent, User, Viewer } from "../store/records.ts";
import type { Node } from "../store/store.ts";
import type { Cost } from "./cost.ts";

export interface QueryContext {
  readonly backend: Backend;
  readonly viewer: Viewer;
  readonly cost: Cost;
  readonly exchange: Exchange;
}

/** Arguments come from a query that was validated against the schema. */
export type Arguments = Readonly<Record<string, unknown>>;
export type Resolver<S> = (source: S, args: Arguments, context: QueryContext) => unknown;

export const contentNames: Record<ReactionContent, string> = {
  "+1": "THUMBS_UP",
  "-1": "THUMBS_DOWN",
  laugh: "LAUGH",
  hooray: "HOORAY",
  confused: "CONFUSED",
  heart: "HEART",
  rocket: "ROCKET",
  eyes: "EYES",
};

export function typeName(source: unknown): string | undefined {
  if (typeof source !== "object" || source === null) return undefined;
  if ("__typename" in source) return String(source.__typename);
  const node = source as Node;
  switch (node.kind) {
    case "user":
      return node.type;
    case "issue":
      return node.pull ? "PullRequest" : "Issue";
    case "comment":
      return "IssueComment";
    case "repository":
      return "Repository";
    case "reaction":
      return "Reaction";
    case "label":
      return "Label";
    default:
      return undefined;
  }
}

export const notResolved = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { type: "NOT_FOUND" } });

/** The node, if the viewer may know of it. @throws {GraphQLError} NOT_FOUND */
export function nodeById(context: QueryContext, id: string): Node {
  const node = context.backend.store.nodes.get(id);
  const missing = notResolved(`Could not resolve to a node with the global id of '${id}'`);
  if (!node || (node.kind === "user" && node.deleted)) throw missing;
  const issue = node.kind === "issue" ? node : node.kind === "comment" ? node.issue : null;
  const repository = node.kind === "repository" ? node : issue?.repository;
  if (repository && !canSee(repository, context.viewer)) throw missing;
  if (issue) readable(context, issue);
  return node;
}

/** @throws {GraphQLError} FORBIDDEN when the token may not read issues there */
export function readable(context: QueryContext, issue: Issue): Issue {
  return wordedForGraphql(() => {
    demand(issue.repository, context.viewer, { permission: permissionFor(issue), level: "read", role: "read" });
    return issue;
  });
}

/** Runs an action, turning its refusal into GraphQL's form. */
export function wordedForGraphql<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    const details = error.errors?.map((one) =>
      typeof one === "string" ? one : (one.message ?? `${one.field} is ${one.code}`),
    );
    throw new GraphQLError(details?.join(", ") ?? error.message, { extensions: { type: error.type } });
  }
}

/** A deleted account is null in GraphQL. */
export const living = (user: User | null): User | null => (user?.deleted ? null : user);
