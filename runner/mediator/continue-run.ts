import { codes, type IssueSnapshot, markers, parseRunIds, sha256 } from "@froussard/contract";
import type { RunResult } from "../protocol.ts";
import { type RunRecord, recordSchema } from "./record.ts";
import type { RecordStore } from "./record-store.ts";

/** How often a mediator may die while an agent works before the run is given up. */
export const maxInterruptions = 1;

/** What an earlier process left: nothing to do, a result to publish, or work to do, of which some was paid already. */
export type Continuation =
  | { kind: "over"; record: RunRecord }
  | { kind: "publish"; record: RunRecord }
  | { kind: "work"; record: RunRecord }
  | { kind: "given-up"; record: RunRecord };

/**
 * Decides how to go on from a record. `hasPending` says whether the accepted result itself is still there; in a cluster
 * it is not, because only the record travels, in the progress comment. Pure.
 */
export function continueRun(record: RunRecord, hasPending: boolean): Continuation {
  const resultIsSafe = record.resultSha256 !== undefined && hasPending;
  const { outcome: _, code: __, detail: ___, ...open } = record;
  switch (record.state) {
    case "closed": {
      const again = record.code !== undefined && codes[record.code].type === "transient";
      if (!again) return { kind: "over", record };
      return resultIsSafe
        ? { kind: "publish", record: { ...open, state: "result" } }
        : { kind: "work", record: withoutResult({ ...open, state: "ready" }) };
    }
    case "ready":
      return { kind: "work", record };
    case "result":
      if (resultIsSafe) return { kind: "publish", record };
      return interrupted(record);
    case "working":
      return interrupted(record);
  }
}

/** How to go on from what an earlier process left in the private folder; undefined when that is not about this task. */
export function continueStored(
  store: RecordStore,
  taskId: string | undefined,
  dryRun: boolean,
): Continuation | undefined {
  const stored = store.read();
  if (!stored || (taskId !== undefined && taskId !== stored.taskId)) return undefined;
  // Asking for the same dry run again means running it again.
  if (dryRun && stored.state === "closed") return undefined;
  if (isUnasked(stored)) return undefined;
  const pending = store.readPending();
  return continueRun(stored, pending !== undefined && hashOf(pending) === stored.resultSha256);
}

/** The end of a message that GitHub did not confirm; the same task may have been asked for since. */
function isUnasked({ state, code, attempts }: RunRecord): boolean {
  return state === "closed" && attempts === 0 && (code === "invalid-task" || code === "not-approved");
}

/** What tells one result from another. */
export function hashOf(result: RunResult): string {
  return sha256(JSON.stringify(result));
}

function interrupted(record: RunRecord): Continuation {
  const next = withoutResult({ ...record, state: "ready", interrupted: record.interrupted + 1 });
  return { kind: next.interrupted > maxInterruptions ? "given-up" : "work", record: next };
}

function withoutResult({ resultSha256: _, resultAt: __, ...record }: RunRecord): RunRecord {
  return record;
}

/** The record that an earlier mediator hid in the progress comment of this task, if nobody else touched it. */
export function recordFromComments(snapshot: IssueSnapshot, taskId: string): RunRecord | undefined {
  return hiddenRecords(snapshot).find(({ record }) => record.taskId === taskId)?.record;
}

/** The commits that mediators were about to push for this subject, as their progress comments tell. */
export function commitsFromComments(snapshot: IssueSnapshot, subjectId: string): string[] {
  return hiddenRecords(snapshot).flatMap(({ record: { commit }, ...ids }) =>
    commit !== undefined && ids.subjectId === subjectId ? [commit] : [],
  );
}

function hiddenRecords({ comments, viewer }: IssueSnapshot): { subjectId: string; record: RunRecord }[] {
  return comments.flatMap(({ body, viewerDidAuthor, lastEditedAt, editor }) => {
    if (!viewerDidAuthor || (lastEditedAt !== undefined && editor?.id !== viewer.id)) return [];
    const ids = parseRunIds(markers.progress, body);
    const record = recordSchema.safeParse(ids?.record);
    return ids && record.success && record.data.taskId === ids.taskId
      ? [{ subjectId: ids.subjectId, record: record.data }]
      : [];
  });
}
