import { GraphQLError } from "graphql";
import { addComment, editComment, minimizeComment } from "../actions/comments.ts";
import { type Reactable, react, unreact } from "../actions/reactions.ts";
import { type ReactionContent, reactionContents } from "../store/records.ts";
import { contentNames, nodeById, type QueryContext, type Resolver, wordedForGraphql } from "./context.ts";

type Input = Readonly<Record<string, unknown>>;
type Mutation = (input: Input, context: QueryContext) => object;

function reactable(context: QueryContext, id: string): Reactable {
  const node = nodeById(context, id);
  if (node.kind === "issue" || node.kind === "comment") return node;
  throw new GraphQLError(`node ${id} cannot be reacted to`, { extensions: { type: "NOT_FOUND" } });
}

function commentNode(context: QueryContext, id: string) {
  const node = nodeById(context, id);
  if (node.kind === "comment") return node;
  throw new GraphQLError(`node ${id} is no comment`, { extensions: { type: "NOT_FOUND" } });
}

const contentOf = (name: unknown): ReactionContent => {
  const content = reactionContents.find((candidate) => contentNames[candidate] === name);
  if (!content) throw new GraphQLError(`unknown reaction ${String(name)}`);
  return content;
};

const mutations: Readonly<Record<string, Mutation>> = {
  addComment: (input, { backend, viewer, ...context }) => {
    const subject = nodeById({ backend, viewer, ...context }, String(input["subjectId"]));
    if (subject.kind !== "issue") throw new GraphQLError(`node ${String(input["subjectId"])} takes no comments`);
    const comment = addComment(backend.store, viewer, subject, String(input["body"]));
    return { subject, commentEdge: { node: comment, cursor: "" } };
  },
  updateIssueComment: (input, context) => {
    const comment = commentNode(context, String(input["id"]));
    return { issueComment: editComment(context.backend.store, context.viewer, comment, String(input["body"])) };
  },
  minimizeComment: (input, context) => {
    const comment = commentNode(context, String(input["subjectId"]));
    const reason = String(input["classifier"]).toLowerCase().replaceAll("_", "-");
    return { minimizedComment: minimizeComment(context.backend.store, context.viewer, comment, reason) };
  },
  unminimizeComment: (input, context) => {
    const comment = commentNode(context, String(input["subjectId"]));
    return { unminimizedComment: minimizeComment(context.backend.store, context.viewer, comment, null) };
  },
  addReaction: (input, context) => {
    const subject = reactable(context, String(input["subjectId"]));
    const { reaction } = react(context.backend.store, context.viewer, subject, contentOf(input["content"]));
    return { reaction, subject };
  },
  removeReaction: (input, context) => {
    const subject = reactable(context, String(input["subjectId"]));
    const reaction = unreact(context.backend.store, context.viewer, subject, { content: contentOf(input["content"]) });
    return { reaction, subject };
  },
};

/** Resolvers of the Mutation type. */
export const mutationFields: Readonly<Record<string, Resolver<undefined>>> = Object.fromEntries(
  Object.entries(mutations).map(([name, mutate]): [string, Resolver<undefined>] => [
    name,
    (_source, args, context) => {
      const input = args["input"] as Input;
      return wordedForGraphql(() => ({
        ...mutate(input, context),
        clientMutationId: input["clientMutationId"] ?? null,
      }));
    },
  ]),
);
