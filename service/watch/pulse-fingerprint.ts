import { type Comment, type CommentPulse, isListed, type Policy } from "@froussard/contract";

/**
 * What on a plan comment can change the verdict: text, edit, hiding, and listed people's 👍. With more 👍 than one page
 * shows, any of them counts, for a listed one may be among those not seen.
 */
export function pulseFingerprint(pulse: CommentPulse, policy: Policy): string {
  const { body, lastEditedAt, editor, isMinimized, reactions, more } = pulse;
  const approvals = reactions
    .filter(({ user }) => more || isListed(user, policy))
    .map(({ user, createdAt }) => [user?.id, createdAt]);
  return JSON.stringify([body, lastEditedAt, editor?.id, isMinimized, approvals]);
}

/** The pulse that a comment of a snapshot would have, as the query for pulses gives it. */
export function pulseOf(comment: Comment): CommentPulse {
  const approvals = comment.reactions.filter(({ content }) => content === "THUMBS_UP");
  return { ...comment, reactions: approvals.slice(0, 100), more: approvals.length > 100 };
}
