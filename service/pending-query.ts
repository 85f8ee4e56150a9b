import { rateLimitSchema } from "@froussard/github/snapshot-response";
import * as z from "zod";

/**
 * Which open issues have something of ours, or a command, among their last 50 comments: one point for 50 issues, where
 * reading each in full would cost 50.
 */
export const pendingQuery = `query PendingIssues($owner: String!, $name: String!, $after: String) {
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name, followRenames: true) {
    issues(first: 50, after: $after, states: OPEN, orderBy: {field: UPDATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number
        comments(last: 50) {
          totalCount
          nodes { body viewerDidAuthor author { __typename login ... on User { databaseId } } }
        }
      }
    }
  }
}`;

const node = z.object({
  number: z.int(),
  comments: z.object({
    totalCount: z.int(),
    nodes: z.array(
      z.object({
        body: z.string(),
        viewerDidAuthor: z.boolean(),
        author: z.object({ __typename: z.string(), login: z.string(), databaseId: z.int().nullish() }).nullish(),
      }),
    ),
  }),
});
export type PendingNode = z.infer<typeof node>;

export const pendingResponse = z.object({
  rateLimit: rateLimitSchema,
  repository: z
    .object({
      issues: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
        nodes: z.array(node),
      }),
    })
    .nullish(),
});

/** Leaves a reaction; a second time changes nothing, so it may be repeated. */
export const addMarkMutation = `mutation AddMark($id: ID!, $content: ReactionContent!) {
  addReaction(input: {subjectId: $id, content: $content}) { reaction { content } }
}`;

/** Takes our own reaction away, so that adding it again gives it a new time. */
export const removeMarkMutation = `mutation RemoveMark($id: ID!, $content: ReactionContent!) {
  removeReaction(input: {subjectId: $id, content: $content}) { reaction { content } }
}`;
