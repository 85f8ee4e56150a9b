import {
  type Comment,
  type IssueSnapshot,
  markers,
  outdatedPlans,
  type Policy,
  parseNoteIds,
  parseRunIds,
} from "@froussard/contract";

/**
 * Comments of ours to hide: later copies of a plan (the oldest wins), plans of older requests once a newer one stands,
 * and notes or ends of a run that two services told at the same time. Pure.
 */
export function commentsToMinimize(snapshot: IssueSnapshot, policy: Policy): Comment[] {
  return [...outdatedPlans(snapshot, policy).map(({ comment }) => comment), ...saidTwice(snapshot)];
}

function saidTwice({ comments }: IssueSnapshot): Comment[] {
  const said = new Set<string>();
  return comments.filter((comment) => {
    const about = comment.viewerDidAuthor ? whatIsSaid(comment) : undefined;
    if (about === undefined) return false;
    const again = said.has(about);
    said.add(about);
    return again && !comment.isMinimized;
  });
}

function whatIsSaid({ body }: Comment): string | undefined {
  const end = parseRunIds(markers.result, body);
  return end?.outcome === undefined ? parseNoteIds(body)?.cause : `${end.taskId} ${end.outcome} ${end.code}`;
}
