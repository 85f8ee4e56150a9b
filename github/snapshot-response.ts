import * as z from "zod";

/** GitHub's answers to the documents of snapshot-query.ts; types are derived from these schemas. */
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
/** `fullDatabaseId` is a BigInt, which GitHub sends as a string. */
const bigId = z.union([
  z.int(),
  z
    .string()
    .regex(/^[1-9][0-9]{0,15}$/)
    .transform(Number),
]);
const page = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() });

const actor = z.object({ __typename: z.string(), login: z.string(), databaseId: z.int().nullish() }).nullish();

const reactionNode = z.object({
  content: z.string(),
  createdAt: time,
  user: actor,
});
const reactionPage = z.object({ pageInfo: page, nodes: z.array(reactionNode.nullable()) });

const commentNode = z.object({
  id: z.string(),
  fullDatabaseId: bigId,
  url: z.string(),
  body: z.string(),
  createdAt: time,
  lastEditedAt: time.nullish(),
  editor: actor,
  author: actor,
  viewerDidAuthor: z.boolean(),
  isMinimized: z.boolean(),
  reactions: reactionPage,
});
const commentPage = z.object({ pageInfo: page, nodes: z.array(commentNode.nullable()) });

export const rateLimitSchema = z.object({ cost: z.int(), remaining: z.int(), resetAt: z.string() });
export type RateLimit = z.infer<typeof rateLimitSchema>;
const withRateLimit = { rateLimit: rateLimitSchema.nullish() };

export const issueResponse = z.object({
  ...withRateLimit,
  viewer: z.object({ login: z.string(), databaseId: z.int() }),
  repository: z
    .object({
      databaseId: z.int(),
      nameWithOwner: z.string(),
      isPrivate: z.boolean(),
      isArchived: z.boolean(),
      defaultBranchRef: z.object({ name: z.string(), target: z.object({ oid: z.string() }).nullish() }).nullish(),
      issue: z
        .object({
          id: z.string(),
          fullDatabaseId: bigId,
          number: z.int(),
          url: z.string(),
          title: z.string(),
          body: z.string(),
          state: z.enum(["OPEN", "CLOSED"]),
          createdAt: time,
          author: actor,
          labels: z.object({ nodes: z.array(z.object({ name: z.string() }).nullable()) }).nullish(),
          timelineItems: z.object({
            nodes: z.array(
              z
                .object({ createdAt: time, label: z.object({ name: z.string() }), actor })
                .or(z.object({}))
                .nullable(),
            ),
          }),
          closings: z.object({ nodes: z.array(z.object({ createdAt: time }).nullable()) }),
          reactions: reactionPage,
          comments: commentPage,
        })
        .nullish(),
    })
    .nullish(),
});

export const commentsResponse = z.object({ ...withRateLimit, node: z.object({ comments: commentPage }).nullish() });
export const reactionsResponse = z.object({ ...withRateLimit, node: z.object({ reactions: reactionPage }).nullish() });
export const pulseResponse = z.object({
  ...withRateLimit,
  nodes: z.array(
    commentNode
      .pick({
        id: true,
        fullDatabaseId: true,
        body: true,
        lastEditedAt: true,
        editor: true,
        isMinimized: true,
        reactions: true,
      })
      .nullable()
      .or(
        z
          .object({})
          .strict()
          .transform(() => null),
      ),
  ),
});

export type ActorNode = z.infer<typeof actor>;
export type ReactionPage = z.infer<typeof reactionPage>;
export type CommentNode = z.infer<typeof commentNode>;
export type CommentPage = z.infer<typeof commentPage>;
