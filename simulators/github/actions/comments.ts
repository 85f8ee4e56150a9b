import { demandWriter, hasRole, permissionFor } from "../access.ts";
import { forbidden, GitHubError } from "../errors.ts";
import type { Comment, Issue, User, Viewer } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { commentBody } from "./text.ts";

const commentLimit = 2500;

export function addComment(store: Store, viewer: Viewer, issue: Issue, text: string): Comment {
  const { repository } = issue;
  const author = demandWriter(repository, viewer, { permission: permissionFor(issue), role: "read" });
  if (issue.locked && !hasRole(repository, author, "write")) {
    throw forbidden("Unable to create comment because issue is locked.");
  }
  const body = commentBody(text);
  if (issue.comments.length >= commentLimit) {
    throw new GitHubError(403, `Commenting is disabled on issues with more than ${commentLimit} comments`);
  }
  const createdAt = store.now();
  const comment: Comment = store.register({
    kind: "comment",
    ...store.identify("comment"),
    issue,
    author,
    body,
    createdAt,
    updatedAt: createdAt,
    lastEditedAt: null,
    editor: null,
    reactions: [],
    minimizedReason: null,
  });
  issue.comments.push(comment);
  issue.updatedAt = createdAt;
  store.tell({ event: "issue_comment", action: "created", repository, sender: author, issue, comment });
  store.changed();
  return comment;
}

function demandEditor(viewer: Viewer, comment: Comment): User {
  const own = viewer.user !== null && viewer.user.id === comment.author.id;
  const { issue } = comment;
  return demandWriter(issue.repository, viewer, { permission: permissionFor(issue), role: own ? "read" : "write" });
}

/**
 * Editing leaves the issue's `updated_at` alone (whether GitHub's moves is undocumented, so nothing may lean on it).
 */
export function editComment(store: Store, viewer: Viewer, comment: Comment, text: string): Comment {
  const editor = demandEditor(viewer, comment);
  const body = commentBody(text);
  if (body === comment.body) return comment;
  const changes = { body: { from: comment.body ?? "" } };
  comment.body = body;
  comment.editor = editor;
  comment.lastEditedAt = store.now();
  comment.updatedAt = store.now();
  const { issue } = comment;
  store.tell({
    event: "issue_comment",
    action: "edited",
    repository: issue.repository,
    sender: editor,
    issue,
    comment,
    changes,
  });
  store.changed();
  return comment;
}

export function deleteComment(store: Store, viewer: Viewer, comment: Comment): void {
  const sender = demandEditor(viewer, comment);
  const { issue } = comment;
  issue.comments = issue.comments.filter((candidate) => candidate !== comment);
  issue.updatedAt = store.now();
  store.nodes.delete(comment.nodeId);
  store.tell({ event: "issue_comment", action: "deleted", repository: issue.repository, sender, issue, comment });
  store.changed();
}

/** `reason` in GraphQL's lower-case words, null to show the comment again. Needs write rights, or being its author. */
export function minimizeComment(store: Store, viewer: Viewer, comment: Comment, reason: string | null): Comment {
  demandEditor(viewer, comment);
  comment.minimizedReason = reason;
  store.changed();
  return comment;
}
