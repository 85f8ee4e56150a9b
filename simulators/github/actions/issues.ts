import { demandWriter, hasRole, permissionFor } from "../access.ts";
import { forbidden, GitHubError } from "../errors.ts";
import type { EditChanges } from "../store/happening.ts";
import { nodeId } from "../store/node-id.ts";
import type { Issue, IssueEvent, PullRequest, Repository, Role, StateReason, User, Viewer } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { addLabels } from "./labels.ts";
import { issueBody, issueTitle } from "./text.ts";

export interface NewIssue {
  title: string;
  body?: string | null;
  labels?: readonly string[];
}

/** Puts an issue or pull request into the repository; tells nobody yet. */
export function insertIssue(
  store: Store,
  repository: Repository,
  author: User,
  content: { title: string; body: string | null; createdAt?: number },
  pull: PullRequest | null = null,
): Issue {
  const createdAt = content.createdAt ?? store.now();
  const id = store.nextId("issue");
  const issue: Issue = {
    kind: "issue",
    id,
    nodeId: pull?.nodeId ?? nodeId("issue", id),
    repository,
    number: repository.nextNumber++,
    title: content.title,
    body: content.body,
    author,
    createdAt,
    updatedAt: store.now(),
    lastEditedAt: null,
    editor: null,
    reactions: [],
    state: "open",
    stateReason: null,
    closedAt: null,
    closedBy: null,
    locked: false,
    labels: [],
    comments: [],
    events: [],
    pull,
  };
  repository.issues.set(issue.number, store.register(issue));
  return issue;
}

export function recordEvent(
  store: Store,
  issue: Issue,
  actor: User,
  event: Omit<IssueEvent, "id" | "nodeId" | "actor" | "createdAt">,
): void {
  const id = store.nextId("event");
  const kind = event.event === "labeled" || event.event === "unlabeled" ? event.event : "event";
  issue.events.push({ ...event, id, nodeId: nodeId(kind, id), actor, createdAt: store.now() });
}

/** Anyone who can read may open an issue; labels of those without triage rights are dropped silently, as GitHub does. */
export function openIssue(store: Store, viewer: Viewer, repository: Repository, input: NewIssue): Issue {
  const author = demandWriter(repository, viewer, { permission: "issues", role: "read" });
  if (!repository.hasIssues) throw new GitHubError(410, "Issues are disabled for this repo");
  const title = issueTitle(input.title);
  const issue = insertIssue(store, repository, author, { title, body: issueBody(input.body ?? null) });
  store.tell({ event: "issues", action: "opened", repository, sender: author, issue });
  if (input.labels?.length && hasRole(repository, author, "triage")) addLabels(store, viewer, issue, input.labels);
  store.changed();
  return issue;
}

/** The author may always; others need `role`. */
export function demandAuthorOr(viewer: Viewer, issue: Issue, role: Role): User {
  const own = viewer.user !== null && viewer.user.id === issue.author.id;
  const permission = permissionFor(issue);
  return demandWriter(issue.repository, viewer, { permission, role: own ? "read" : role });
}

export interface IssueEdit {
  title?: string;
  body?: string | null;
  state?: "open" | "closed";
  stateReason?: StateReason | null;
}

export function editIssue(store: Store, viewer: Viewer, issue: Issue, edit: IssueEdit): Issue {
  if (edit.title !== undefined || edit.body !== undefined) editText(store, viewer, issue, edit);
  if (edit.state !== undefined && edit.state !== issue.state) {
    setState(store, viewer, issue, edit.state, edit.stateReason ?? null);
  }
  store.changed();
  return issue;
}

function editText(store: Store, viewer: Viewer, issue: Issue, edit: IssueEdit): void {
  const editor = demandAuthorOr(viewer, issue, "write");
  const changes: EditChanges = {};
  const title = edit.title === undefined ? issue.title : issueTitle(edit.title);
  const body = edit.body === undefined ? issue.body : issueBody(edit.body);
  if (title !== issue.title) {
    changes.title = { from: issue.title };
    recordEvent(store, issue, editor, { event: "renamed", rename: { from: issue.title, to: title } });
    issue.title = title;
  }
  if (body !== issue.body) {
    changes.body = { from: issue.body ?? "" };
    issue.body = body;
    issue.editor = editor;
    issue.lastEditedAt = store.now();
  }
  if (!changes.title && !changes.body) return;
  issue.updatedAt = store.now();
  if (!issue.pull) {
    store.tell({ event: "issues", action: "edited", repository: issue.repository, sender: editor, issue, changes });
  }
}

function setState(
  store: Store,
  viewer: Viewer,
  issue: Issue,
  state: "open" | "closed",
  reason: StateReason | null,
): void {
  const sender = demandAuthorOr(viewer, issue, issue.pull ? "write" : "triage");
  const action = state === "closed" ? "closed" : "reopened";
  issue.state = state;
  issue.stateReason = issue.pull ? null : state === "closed" ? (reason ?? "completed") : "reopened";
  issue.closedAt = state === "closed" ? store.now() : null;
  issue.closedBy = state === "closed" ? sender : null;
  issue.updatedAt = store.now();
  recordEvent(store, issue, sender, { event: action });
  const event = issue.pull ? "pull_request" : "issues";
  store.tell({ event, action, repository: issue.repository, sender, issue });
}

export function setLocked(store: Store, viewer: Viewer, issue: Issue, locked: boolean): void {
  const sender = demandWriter(issue.repository, viewer, { permission: permissionFor(issue), role: "triage" });
  if (issue.locked === locked) return;
  issue.locked = locked;
  issue.updatedAt = store.now();
  const action = locked ? "locked" : "unlocked";
  recordEvent(store, issue, sender, { event: action });
  if (!issue.pull) store.tell({ event: "issues", action, repository: issue.repository, sender, issue });
  store.changed();
}

/** Only repository administrators may; the number answers 410 afterwards. */
export function deleteIssue(store: Store, viewer: Viewer, issue: Issue): void {
  const { repository } = issue;
  const sender = demandWriter(repository, viewer, { permission: "issues", role: "admin" });
  forget(store, issue);
  repository.deletedNumbers.add(issue.number);
  store.tell({ event: "issues", action: "deleted", repository, sender, issue });
  store.changed();
}

/**
 * Moves an issue. What comes out is a new issue with new number, id and node id; comments and reactions go along with
 * their authors and times, but the comments get new ids too (GitHub does not promise the old ones, so nothing may lean
 * on them). Labels stay where the target has one of that name. The old number redirects.
 */
export function transferIssue(store: Store, viewer: Viewer, issue: Issue, target: Repository): Issue {
  const { repository } = issue;
  const sender = demandWriter(repository, viewer, { permission: "issues", role: "write" });
  demandWriter(target, viewer, { permission: "issues", role: "write" });
  if (issue.pull) throw new GitHubError(422, "Pull requests cannot be transferred");
  if (target === repository) throw forbidden("Issue is already in this repository");
  const moved = insertIssue(store, target, issue.author, { ...issue });
  moved.state = issue.state;
  moved.stateReason = issue.stateReason;
  moved.closedAt = issue.closedAt;
  moved.closedBy = issue.closedBy;
  moved.lastEditedAt = issue.lastEditedAt;
  moved.editor = issue.editor;
  moved.reactions = [...issue.reactions];
  moved.labels = issue.labels.flatMap((label) => target.labels.get(label.name.toLowerCase()) ?? []);
  moved.comments = issue.comments.map((comment) =>
    store.register({ ...comment, ...store.identify("comment"), issue: moved, reactions: [...comment.reactions] }),
  );
  recordEvent(store, moved, sender, { event: "transferred" });
  forget(store, issue);
  repository.transferred.set(issue.number, moved);
  store.tell({
    event: "issues",
    action: "transferred",
    repository,
    sender,
    issue,
    to: { issue: moved, repository: target },
  });
  store.tell({
    event: "issues",
    action: "opened",
    repository: target,
    sender,
    issue: moved,
    from: { issue, repository },
  });
  store.changed();
  return moved;
}

function forget(store: Store, issue: Issue): void {
  issue.repository.issues.delete(issue.number);
  for (const node of [issue, ...issue.comments]) store.nodes.delete(node.nodeId);
}
