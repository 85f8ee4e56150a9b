import type { IssueSnapshot } from "@froussard/contract";
import { type Cause, identifyIn, marksOf } from "../cause.ts";
import { type CommandComment, type History, noteCause, type RunComment, standingCommands } from "../history.ts";
import type { NoteCode } from "../notes.ts";
import { anythingElseRuns, isTerminal, type Memory, taskState } from "../task-state.ts";
import { planRequests } from "./command-cause.ts";
import type { Found } from "./found.ts";

/**
 * The newest `/retry`: another attempt at the subject of the failure that was the last thing to happen before it. An
 * implementation is only tried again while `approved`, the approval of the current plan, is for that very plan.
 */
export function retryCause(
  snapshot: IssueSnapshot,
  history: History,
  approved: Cause | undefined,
  others: readonly Cause[],
  now: Date,
  memory: Memory,
): Found {
  const retry = standingCommands(history).findLast(({ command }) => command.name === "retry");
  if (!retry) return {};
  const refuse = (code: NoteCode): Found =>
    history.noted.has(noteCause(retry.comment))
      ? {}
      : { tell: [{ kind: "note", cause: noteCause(retry.comment), code }] };

  const failure = failureBefore(history, retry);
  if (!failure) return refuse("nothing-to-retry");
  const asked = planRequests(history);
  if (asked.some(({ comment }) => comment.id > failure.comment.id && comment.id < retry.comment.id)) return {};

  const cause = causeOfRetry(snapshot, retry, failure, approved);
  const ids = identifyIn(snapshot, cause);
  if (taskState(cause, ids, history, memory).kind === "new") {
    if (anythingElseRuns(snapshot, history, others, ids, now, memory)) return refuse("already-running");
    const { about, stage } = cause;
    if (stage === "implementation" && approved?.about !== about) return refuse("not-approved");
    // The runner finds the request again by its command; one that was edited or deleted since is gone.
    if (about.startsWith("command:") && !history.commands.some(({ comment }) => about === `command:${comment.id}`))
      return refuse("nothing-to-retry");
  }
  return { cause };
}

/** The result that ended things before the `/retry`, when it was no success and left nothing behind. */
function failureBefore({ runs, plans }: History, { comment }: CommandComment): RunComment | undefined {
  const result = runs.findLast((run) => isTerminal(run) && run.comment.id < comment.id);
  if (!result || result.ids.outcome === "done") return undefined;
  const planned = plans.some(
    (plan) =>
      plan.comment.id < comment.id &&
      (plan.comment.id > result.comment.id || plan.ids.subjectId === result.ids.subjectId),
  );
  return planned ? undefined : result;
}

function causeOfRetry(
  snapshot: IssueSnapshot,
  { comment, author }: CommandComment,
  { ids: { stage, about } }: RunComment,
  approved: Cause | undefined,
): Cause {
  return {
    stage,
    about,
    attempt: comment.id,
    at: comment.createdAt,
    sender: author,
    ...marksOf(snapshot, comment.createdAt, [[comment, "EYES"]]),
    ...(approved?.plan && approved.about === about && { plan: approved.plan }),
  };
}
