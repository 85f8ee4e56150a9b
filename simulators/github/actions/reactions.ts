import { demandWriter, hasRole, permissionFor } from "../access.ts";
import { forbidden, invalid, notFound } from "../errors.ts";
import {
  type Comment,
  type Issue,
  type Reaction,
  type ReactionContent,
  reactionContents,
  type User,
  type Viewer,
} from "../store/records.ts";
import type { Store } from "../store/store.ts";

export type Reactable = Issue | Comment;

function demandReactor(viewer: Viewer, target: Reactable): User {
  const issue = target.kind === "issue" ? target : target.issue;
  const user = demandWriter(issue.repository, viewer, { permission: permissionFor(issue), role: "read" });
  if (issue.locked && !hasRole(issue.repository, user, "write")) {
    throw forbidden("Unable to create reaction because issue is locked.");
  }
  return user;
}

export function reactionContent(value: unknown): ReactionContent {
  const content = reactionContents.find((candidate) => candidate === value);
  if (!content) throw invalid({ resource: "Reaction", code: "invalid", field: "content" });
  return content;
}

/** One user has one reaction of a kind; asking again answers the one that is there. No webhook, no `updated_at`. */
export function react(
  store: Store,
  viewer: Viewer,
  target: Reactable,
  content: ReactionContent,
): { reaction: Reaction; created: boolean } {
  const user = demandReactor(viewer, target);
  const there = target.reactions.find((reaction) => reaction.user.id === user.id && reaction.content === content);
  if (there) return { reaction: there, created: false };
  const reaction: Reaction = store.register({
    kind: "reaction",
    ...store.identify("reaction"),
    content,
    user,
    createdAt: store.now(),
  });
  target.reactions.push(reaction);
  store.changed();
  return { reaction, created: true };
}

/** Takes back a reaction of one's own; those of others cannot be removed through the API. */
export function unreact(
  store: Store,
  viewer: Viewer,
  target: Reactable,
  which: { id: number } | { content: ReactionContent },
): Reaction {
  const user = demandReactor(viewer, target);
  const reaction = target.reactions.find(
    (candidate) =>
      candidate.user.id === user.id &&
      ("id" in which ? candidate.id === which.id : candidate.content === which.content),
  );
  if (!reaction) throw notFound();
  target.reactions = target.reactions.filter((candidate) => candidate !== reaction);
  store.nodes.delete(reaction.nodeId);
  store.changed();
  return reaction;
}
