import { roleOf } from "../access.ts";
import { isPull } from "../actions/pulls.ts";
import {
  type Authored,
  type Comment,
  type Issue,
  type IssueEvent,
  type Reaction,
  type Repository,
  reactionContents,
  type User,
} from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { presentAppOf } from "./app.ts";
import { htmlUrl, presentLabel, repositoryUrl } from "./repository.ts";
import { iso, isoOrNull, presentUser, type Schemas } from "./user.ts";

export const issueUrl = (store: Store, issue: Issue): string =>
  `${repositoryUrl(store, issue.repository)}/issues/${issue.number}`;
export const issueHtmlUrl = (store: Store, issue: Issue): string =>
  `${htmlUrl(store, issue.repository)}/${issue.pull ? "pull" : "issues"}/${issue.number}`;
export const commentHtmlUrl = (store: Store, comment: Comment): string =>
  `${issueHtmlUrl(store, comment.issue)}#issuecomment-${comment.id}`;

export function association(repository: Repository, user: User): Schemas["author-association"] {
  if (user.id === repository.owner.id) return "OWNER";
  if (repository.collaborators.has(user.id) && !user.deleted) return "COLLABORATOR";
  const wrote = [...repository.issues.values()].some((issue) => isPull(issue) && issue.author.id === user.id);
  return roleOf(repository, user) !== "none" && wrote ? "CONTRIBUTOR" : "NONE";
}

function rollup(url: string, target: Authored): Schemas["reaction-rollup"] {
  const count = (content: string): number => target.reactions.filter((reaction) => reaction.content === content).length;
  const counts = Object.fromEntries(reactionContents.map((content) => [content, count(content)]));
  return { url: `${url}/reactions`, total_count: target.reactions.length, ...counts } as Schemas["reaction-rollup"];
}

export function presentIssue(store: Store, issue: Issue) {
  const { repository } = issue;
  const url = issueUrl(store, issue);
  const html_url = issueHtmlUrl(store, issue);
  const pulls = `${repositoryUrl(store, repository)}/pulls/${issue.number}`;
  return {
    url,
    repository_url: repositoryUrl(store, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url,
    id: issue.id,
    node_id: issue.nodeId,
    number: issue.number,
    title: issue.title,
    user: presentUser(store, issue.author),
    labels: issue.labels.map((label) => presentLabel(store, repository, label)),
    state: issue.state,
    locked: issue.locked,
    assignee: null,
    assignees: [] as Schemas["simple-user"][],
    milestone: null,
    comments: issue.comments.length,
    created_at: iso(issue.createdAt),
    updated_at: iso(issue.updatedAt),
    closed_at: isoOrNull(issue.closedAt),
    author_association: association(repository, issue.author),
    active_lock_reason: null,
    ...(issue.pull
      ? {
          draft: issue.pull.draft,
          pull_request: {
            url: pulls,
            html_url,
            diff_url: `${html_url}.diff`,
            patch_url: `${html_url}.patch`,
            merged_at: null,
          },
        }
      : {}),
    body: issue.body,
    closed_by: issue.closedBy ? presentUser(store, issue.closedBy) : null,
    reactions: rollup(url, issue),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: presentAppOf(store, issue.author),
    state_reason: issue.stateReason,
  } satisfies Schemas["issue"];
}

export function presentComment(store: Store, comment: Comment) {
  const url = `${repositoryUrl(store, comment.issue.repository)}/issues/comments/${comment.id}`;
  return {
    url,
    html_url: commentHtmlUrl(store, comment),
    issue_url: issueUrl(store, comment.issue),
    id: comment.id,
    node_id: comment.nodeId,
    user: presentUser(store, comment.author),
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    author_association: association(comment.issue.repository, comment.author),
    body: comment.body ?? "",
    reactions: rollup(url, comment),
    performed_via_github_app: presentAppOf(store, comment.author),
  } satisfies Schemas["issue-comment"];
}

export function presentReaction(store: Store, reaction: Reaction): Schemas["reaction"] {
  return {
    id: reaction.id,
    node_id: reaction.nodeId,
    user: presentUser(store, reaction.user),
    content: reaction.content,
    created_at: iso(reaction.createdAt),
  };
}

/** An entry of an issue's events or timeline. */
export function presentEvent(store: Store, issue: Issue, event: IssueEvent) {
  return {
    id: event.id,
    node_id: event.nodeId,
    url: `${repositoryUrl(store, issue.repository)}/issues/events/${event.id}`,
    actor: presentUser(store, event.actor),
    event: event.event,
    commit_id: null,
    commit_url: null,
    created_at: iso(event.createdAt),
    ...(event.label ? { label: { name: event.label.name, color: event.label.color } } : {}),
    ...(event.rename ? { rename: event.rename } : {}),
    ...(event.event === "closed" ? { state_reason: issue.stateReason } : {}),
    ...(event.event === "locked" ? { lock_reason: null } : {}),
    performed_via_github_app: presentAppOf(store, event.actor),
  };
}
