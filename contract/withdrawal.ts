import { holdsBack } from "./commands.ts";
import type { Policy } from "./policy.ts";
import type { Comment, IssueSnapshot } from "./snapshot.ts";

/** What takes back everything that was asked for before it. */
export interface Withdrawal {
  /** The last `/cancel` of a listed person, edited or hidden though it may be since. */
  cancel?: Comment;
  /** When the issue was last closed, whoever did it. ISO 8601, whole seconds. */
  closedAt?: string;
}

/** When something was asked for, and by which comment, if it was one. */
export interface Asked {
  at: string;
  comment?: Pick<Comment, "id">;
}

export function withdrawalOf(snapshot: IssueSnapshot, policy: Policy): Withdrawal {
  const cancel = snapshot.comments.findLast((comment) => holdsBack(comment, policy, "cancel"));
  const { closedAt } = snapshot.issue;
  return { ...(cancel && { cancel }), ...(closedAt !== undefined && { closedAt }) };
}

/**
 * How something that was asked for has been taken back; undefined when it was not. Comment ids keep their order within a
 * second; otherwise the same second counts as taken back.
 */
export function withdrawnBy(
  { at, comment }: Asked,
  { cancel, closedAt }: Withdrawal,
): "cancelled" | "issue-closed" | undefined {
  if (cancel && (comment ? comment.id < cancel.id : at <= cancel.createdAt)) return "cancelled";
  return closedAt !== undefined && at <= closedAt ? "issue-closed" : undefined;
}
