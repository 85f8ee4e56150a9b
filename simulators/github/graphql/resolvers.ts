import { canSee } from "../access.ts";
import { accountOf } from "../http/rate-limits.ts";
import { iso } from "../present/user.ts";
import type { Label, Reaction, User } from "../store/records.ts";
import { contentNames, living, nodeById, notResolved } from "./context.ts";
import { type Fields, only } from "./fields.ts";
import { commentFields, issueFields, pullFields } from "./issue-fields.ts";
import { repositoryFields } from "./repository-fields.ts";

const userFields: Fields<User> = {
  id: (user) => user.nodeId,
  databaseId: (user) => user.id,
  login: (user) => user.login,
  name: () => null,
  url: (user, _, { backend }) => `${backend.store.url}/${user.login}`,
  createdAt: (user) => iso(user.createdAt),
};

/** GraphQL names an App's account by the App's short name; `viewer`, which is a User whoever asks, by the account's. */
const botFields: Fields<User> = { ...userFields, login: (user) => user.login.replace(/\[bot\]$/, "") };

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
    const { limit, remaining, used, resetAt } = backend.limits.state(accountOf(viewer), "graphql");
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
  Bot: botFields,
  Organization: userFields,
  Repository: repositoryFields,
  Issue: issueFields,
  PullRequest: pullFields,
  IssueComment: commentFields,
  Reaction: reactionFields,
  Label: labelFields,
};
