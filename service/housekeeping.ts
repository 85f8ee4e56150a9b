import { type Comment, type IssueSnapshot, outdatedPlans, parseNoteIds } from "@froussard/contract";

/**
 * Comments of ours to hide: later copies of a plan (the oldest wins), plans of older requests once a newer one stands,
 * and notes that two services wrote at the same time. Pure.
 */
export function commentsToMinimize(snapshot: IssueSnapshot): Comment[] {
  return [...outdatedPlans(snapshot).map(({ comment }) => comment), ...doubledNotes(snapshot)];
}

function doubledNotes({ comments }: IssueSnapshot): Comment[] {
  const said = new Set<string>();
  return comments.filter((comment) => {
    const ids = comment.viewerDidAuthor ? parseNoteIds(comment.body) : undefined;
    if (!ids) return false;
    const again = said.has(ids.cause);
    said.add(ids.cause);
    return again && !comment.isMinimized;
  });
}
