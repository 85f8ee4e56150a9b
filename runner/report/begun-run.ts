import { type IssueSnapshot, markers, parseRunIds, type Stage, subjectId } from "@froussard/contract";
import type { RunIdentity } from "../publish/publisher.ts";

/**
 * The identity of a task that GitHub does not confirm any more (what asked for it was deleted), as its own progress
 * comment tells it: written by us, edited by nobody else, about this very issue. Undefined when there is no such comment:
 * then nobody ever saw the task begin, and there is nothing to tell. Pure.
 */
export function begunRun(
  snapshot: IssueSnapshot,
  { stage, taskId }: { stage: Stage; taskId: string | undefined },
): Omit<RunIdentity, "implementation"> | undefined {
  if (taskId === undefined) return undefined;
  const { repository, issue, comments, viewer } = snapshot;
  for (const { body, viewerDidAuthor, lastEditedAt, editor } of comments) {
    if (!viewerDidAuthor || (lastEditedAt !== undefined && editor?.id !== viewer.id)) continue;
    const ids = parseRunIds(markers.progress, body);
    if (ids?.taskId !== taskId || ids.stage !== stage) continue;
    const { about } = ids;
    const subject = subjectId({ repositoryId: repository.id, issueId: issue.id, stage, about });
    if (subject === ids.subjectId) return { taskId, subjectId: subject, stage, about, snapshot };
  }
  return undefined;
}
