import type { Comment, CommentPulse, IssueSnapshot, Person, Reaction } from "@froussard/contract";
import type { GraphQl } from "./graphql.ts";
import { commentsQuery, issueQuery, pulseQuery, reactionsQuery } from "./snapshot-query.ts";
import {
  type ActorNode,
  type CommentNode,
  commentsResponse,
  issueResponse,
  pulseResponse,
  type RateLimit,
  type ReactionPage,
  reactionsResponse,
} from "./snapshot-response.ts";

export interface SnapshotReader {
  graphql: GraphQl;
  /** Told what each query cost and what is left. */
  onRateLimit?: (rateLimit: RateLimit) => void;
}

/** More pages of reactions are not read: 2,000 entries. */
const maxReactionPages = 20;
/** GitHub takes no comments beyond 2,500 on an issue, so nobody can fill one until it is not read any more. */
const maxCommentPages = 30;

/**
 * Reads an issue as it stands; undefined when there is no such issue (or the number is a pull request's) as far as the
 * token may see. @throws what `graphql` throws, and an Error when an answer does not have the documented form.
 */
export async function readSnapshot(
  reader: SnapshotReader,
  repository: string,
  issueNumber: number,
): Promise<IssueSnapshot | undefined> {
  const [owner, name] = repository.split("/");
  const response = issueResponse.parse(await reader.graphql(issueQuery, { owner, name, number: issueNumber }));
  noteCost(reader, response);
  const { viewer, repository: found } = response;
  const issue = found?.issue;
  if (!found || !issue) return undefined;
  const commentNodes = await allComments(reader, issue.id, issue.comments);
  return {
    viewer: { id: viewer.databaseId, login: viewer.login },
    repository: {
      id: found.databaseId,
      nameWithOwner: found.nameWithOwner,
      isPrivate: found.isPrivate,
      isArchived: found.isArchived,
      ...(found.defaultBranchRef?.target && {
        defaultBranch: { name: found.defaultBranchRef.name, commit: found.defaultBranchRef.target.oid },
      }),
    },
    issue: {
      id: issue.fullDatabaseId,
      nodeId: issue.id,
      number: issue.number,
      url: issue.url,
      title: issue.title,
      body: issue.body,
      state: issue.state,
      createdAt: issue.createdAt,
      ...closing(issue.closings.nodes),
      ...author(issue.author),
      labels: issue.labels?.nodes.flatMap((label) => label?.name ?? []) ?? [],
      labelEvents: issue.timelineItems.nodes.flatMap((event) =>
        event && "label" in event
          ? [
              {
                label: event.label.name,
                createdAt: event.createdAt,
                ...(event.actor && { actor: person(event.actor) }),
              },
            ]
          : [],
      ),
      reactions: await allReactions(reader, issue.id, issue.reactions),
    },
    comments: await Promise.all(commentNodes.map((node) => comment(reader, node))),
  };
}

/** Reads the pulse of up to 100 comments by node id; deleted ones are missing from the answer. */
export async function readPulse(reader: SnapshotReader, ids: readonly string[]): Promise<CommentPulse[]> {
  if (ids.length === 0) return [];
  const response = pulseResponse.parse(await reader.graphql(pulseQuery, { ids }));
  noteCost(reader, response);
  const nodes = response.nodes.flatMap((node) => node ?? []);
  return Promise.all(
    nodes.map(async (node) => ({
      id: node.fullDatabaseId,
      nodeId: node.id,
      body: node.body,
      ...(node.lastEditedAt && { lastEditedAt: node.lastEditedAt }),
      ...(node.editor && { editor: person(node.editor) }),
      isMinimized: node.isMinimized,
      more: node.reactions.pageInfo.hasNextPage,
      reactions: node.reactions.nodes.flatMap((reaction) => (reaction ? [toReaction(reaction)] : [])),
    })),
  );
}

async function allComments(
  reader: SnapshotReader,
  issueId: string,
  first: { pageInfo: Page; nodes: (CommentNode | null)[] },
) {
  const nodes = [...first.nodes];
  let { pageInfo } = first;
  for (let page = 1; pageInfo.hasNextPage && pageInfo.endCursor; page++) {
    if (page >= maxCommentPages)
      throw new Error(`issue ${issueId} has more than ${maxCommentPages * 100} comments; they are not read`);
    const response = commentsResponse.parse(
      await reader.graphql(commentsQuery, { id: issueId, after: pageInfo.endCursor }),
    );
    noteCost(reader, response);
    if (!response.node) throw new Error(`issue ${issueId} disappeared while its comments were read`);
    nodes.push(...response.node.comments.nodes);
    pageInfo = response.node.comments.pageInfo;
  }
  return nodes.flatMap((node) => node ?? []);
}

type Page = ReactionPage["pageInfo"];

async function allReactions(reader: SnapshotReader, nodeId: string, first: ReactionPage): Promise<Reaction[]> {
  const nodes = [...first.nodes];
  let { pageInfo } = first;
  // A flood of reactions must not hide the one that counts, nor cost without end: the newest 2,000 are read.
  for (let page = 1; pageInfo.hasNextPage && pageInfo.endCursor && page < maxReactionPages; page++) {
    const response = reactionsResponse.parse(
      await reader.graphql(reactionsQuery, { id: nodeId, after: pageInfo.endCursor }),
    );
    noteCost(reader, response);
    if (!response.node) break;
    nodes.push(...response.node.reactions.nodes);
    pageInfo = response.node.reactions.pageInfo;
  }
  return nodes.flatMap((node) => (node ? [toReaction(node)] : []));
}

async function comment(reader: SnapshotReader, node: CommentNode): Promise<Comment> {
  return {
    id: node.fullDatabaseId,
    nodeId: node.id,
    url: node.url,
    body: node.body,
    createdAt: node.createdAt,
    ...(node.lastEditedAt && { lastEditedAt: node.lastEditedAt }),
    ...(node.editor && { editor: person(node.editor) }),
    ...author(node.author),
    viewerDidAuthor: node.viewerDidAuthor,
    isMinimized: node.isMinimized,
    // Only on our own comments do reactions mean anything; strangers' comments may not cost us pages.
    reactions: await allReactions(reader, node.id, node.viewerDidAuthor ? node.reactions : firstPage(node.reactions)),
  };
}

/** `closedAt` of an issue that was reopened is null, so the event tells. */
function closing(events: readonly ({ createdAt: string } | null)[]): { closedAt?: string } {
  const last = events.at(-1);
  return last ? { closedAt: last.createdAt } : {};
}

function firstPage(page: ReactionPage): ReactionPage {
  return { ...page, pageInfo: { hasNextPage: false } };
}

function author(node: ActorNode): { author?: Person } {
  return node ? { author: person(node) } : {};
}

function person(node: NonNullable<ActorNode>): Person {
  return {
    login: node.login,
    type: node.__typename,
    ...(typeof node.databaseId === "number" && { id: node.databaseId }),
  };
}

function toReaction(node: NonNullable<ReactionPage["nodes"][number]>): Reaction {
  return {
    content: node.content,
    createdAt: node.createdAt,
    ...(node.user && { user: person(node.user) }),
  };
}

function noteCost(reader: SnapshotReader, { rateLimit }: { rateLimit?: RateLimit | null | undefined }): void {
  if (rateLimit) reader.onRateLimit?.(rateLimit);
}
