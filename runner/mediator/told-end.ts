import { type FailureCode, type IssueSnapshot, markers, type Outcome, parseRunIds } from "@froussard/contract";

/** How a task ended, as a result comment of ours says; undefined when none does. Pure. */
export function toldEnd(
  { comments }: IssueSnapshot,
  taskId: string,
): { outcome: Outcome; code?: FailureCode } | undefined {
  for (const { viewerDidAuthor, body } of comments) {
    const ids = viewerDidAuthor ? parseRunIds(markers.result, body) : undefined;
    if (ids?.taskId === taskId && ids.outcome) return { outcome: ids.outcome, ...(ids.code && { code: ids.code }) };
  }
  return undefined;
}
