import { issueTextSha256 } from "../hash.ts";
import { type About, subjectId, taskId } from "../identity.ts";
import { planBody } from "../markers.ts";
import type { Policy } from "../policy.ts";
import type { Comment, IssueSnapshot, Person, Reaction } from "../snapshot.ts";

/** For tests only: people, times and snapshots of one issue, every part of which a test can replace. */
export const maintainer: Person = { id: 11, login: "gregkonush", type: "User" };
export const stranger: Person = { id: 66, login: "stranger", type: "User" };
export const bot: Person = { id: 99, login: "froussard", type: "User" };
export const policy: Policy = { approverIds: [11], trigger: { kind: "author" } };

/** Minutes after the issue was opened, as GitHub writes times. */
export function at(minutes: number, seconds = 0): string {
  return new Date(Date.UTC(2026, 0, 5, 10, minutes, seconds)).toISOString().replace(".000Z", "Z");
}

export const base = { branch: "main", commit: "a".repeat(40) };

export function buildSnapshot(comments: Comment[] = [], changes: Partial<IssueSnapshot["issue"]> = {}): IssueSnapshot {
  return {
    viewer: { id: 99, login: "froussard" },
    repository: {
      id: 501,
      nameWithOwner: "gregkonush/lab",
      isPrivate: false,
      isArchived: false,
      defaultBranch: { name: base.branch, commit: base.commit },
    },
    issue: {
      id: 7001,
      nodeId: "I_7001",
      number: 12,
      url: "https://github.com/gregkonush/lab/issues/12",
      title: "Add a shout option",
      body: "Please.",
      state: "OPEN",
      createdAt: at(0),
      author: maintainer,
      labels: [],
      labelEvents: [],
      reactions: [],
      ...changes,
    },
    comments: comments.toSorted((a, b) => a.id - b.id),
  };
}

export function comment(id: number, changes: Partial<Comment> & { minute?: number } = {}): Comment {
  const { minute = id, ...rest } = changes;
  const author = "author" in changes ? changes.author : maintainer;
  return {
    id,
    nodeId: `IC_${id}`,
    url: `https://github.com/gregkonush/lab/issues/12#issuecomment-${id}`,
    body: "",
    createdAt: at(minute),
    isMinimized: false,
    reactions: [],
    viewerDidAuthor: author?.id === bot.id,
    ...rest,
    ...(author && { author }),
  };
}

export function reaction(content: string, createdAt: string, user: Person = maintainer): Reaction {
  return { content, createdAt, user };
}

/** A plan comment of ours; `ids` may be forged. */
export function planComment(
  id: number,
  changes: Partial<Comment> & { minute?: number; about?: About; text?: string; ids?: object } = {},
): Comment {
  const { about = "issue", text = "## Plan\n\n1. Add the option.", ids: forged, ...rest } = changes;
  const subject = { repositoryId: 501, issueId: 7001, stage: "planning", about } as const;
  const planning = subjectId(subject);
  const ids = {
    repositoryId: 501,
    issueId: 7001,
    about,
    subjectId: planning,
    taskId: taskId("planning", 12, planning, 0),
    baseCommit: base.commit,
    issueTextSha256: issueTextSha256("Add a shout option", "Please."),
    ...forged,
  };
  return comment(id, { author: bot, body: planBody(text, ids, "How to approve."), ...rest });
}
