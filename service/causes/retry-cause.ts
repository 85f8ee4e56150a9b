import type { IssueSnapshot } from "@froussard/contract";
import { type Cause, identifyIn, marksOf } from "../cause.ts";
import { type CommandComment, type History, noteCause, type RunComment, standingCommands } from "../history.ts";
import type { NoteCode, Tell } from "../notes.ts";
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
  const tell: Tell[] = [];
  const retries = standingCommands(history).filter(({ command }) => command.name === "retry");
  for (const retry of retries.toReversed()) {
    const found = judge(retry);
    if (typeof found === "object") return { cause: found, tell };
    const cause = noteCause(retry.comment);
    if (found !== undefined && !history.noted.has(cause)) tell.push({ kind: "note", cause, code: found });
    // What runs may be what an older one asked for.
    if (found !== "already-running") break;
  }
  return { tell };

  /** The cause, or why it is none; undefined when a newer request stands. */
  function judge(retry: CommandComment): Cause | NoteCode | undefined {
    const failure = failureBefore(history, retry);
    if (!failure) return "nothing-to-retry";
    const asked = planRequests(history).filter(({ comment }) => !history.noted.has(noteCause(comment)));
    if (asked.some(({ comment }) => comment.id > failure.comment.id && comment.id < retry.comment.id)) return undefined;

    const cause = causeOfRetry(snapshot, retry, failure, approved);
    const ids = identifyIn(snapshot, cause);
    if (taskState(cause, ids, history, memory).kind === "new") {
      // A refusal is final, for nobody expects a run to start long after it; only an approval is still waited for.
      const refused = history.noted.get(noteCause(retry.comment));
      if (refused === "already-running" || refused === "nothing-to-retry") return refused;
      const inTheWay = [...others, ...olderRetries(retry)];
      if (anythingElseRuns(snapshot, history, inTheWay, ids, now, memory)) return "already-running";
      const { about, stage } = cause;
      if (stage === "implementation" && approved?.about !== about) return "not-approved";
      // The runner finds the request again by its command; one that was edited or deleted since is gone.
      if (about.startsWith("command:") && !history.commands.some(({ comment }) => about === `command:${comment.id}`))
        return "nothing-to-retry";
    }
    return cause;
  }

  function olderRetries({ comment }: CommandComment): Cause[] {
    return retries.flatMap((other) => {
      const failure = other.comment.id < comment.id ? failureBefore(history, other) : undefined;
      return failure ? [causeOfRetry(snapshot, other, failure, approved)] : [];
    });
  }
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
