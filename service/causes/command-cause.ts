import type { IssueSnapshot } from "@froussard/contract";
import { type Cause, identifyIn, marksOf } from "../cause.ts";
import { type CommandComment, type History, noteCause, standingCommands } from "../history.ts";
import type { NoteCode, Tell } from "../notes.ts";
import { anythingElseRuns, type Memory, taskState } from "../task-state.ts";
import type { Found } from "./found.ts";

/**
 * The newest `/plan` or `/replan` that is not answered. `/replan` is always heard; `/plan` only when no plan stands and
 * nothing runs, otherwise a note says so and the command is done with (design §6, rule 5).
 */
export function commandCause(
  snapshot: IssueSnapshot,
  history: History,
  others: readonly Cause[],
  now: Date,
  memory: Memory,
): Found {
  const tell: Tell[] = [];
  const requests = planRequests(history).toReversed();
  for (const request of requests) {
    const cause = causeOfCommand(snapshot, request);
    const ids = identifyIn(snapshot, cause);
    const state = taskState(cause, ids, history, memory);
    if (state.kind === "ended") return { tell };
    if (request.command.name === "replan" || state.kind !== "new") return { cause, tell };
    if (history.noted.has(noteCause(request.comment))) continue;
    const inTheWay = [...others, ...requests.map((each) => causeOfCommand(snapshot, each))];
    const runs = anythingElseRuns(snapshot, history, inTheWay, ids, now, memory);
    const refusal: NoteCode | undefined = history.plans.some(({ comment }) => !comment.isMinimized)
      ? "plan-exists"
      : runs
        ? "already-running"
        : undefined;
    if (!refusal) return { cause, tell };
    tell.push({ kind: "note", cause: noteCause(request.comment), code: refusal });
  }
  return { tell };
}

/** Every `/plan` and `/replan` that stands, oldest first. */
export function planRequests(history: History): CommandComment[] {
  return standingCommands(history).filter(({ command }) => command.name === "plan" || command.name === "replan");
}

export function causeOfCommand(snapshot: IssueSnapshot, { comment, author }: CommandComment): Cause {
  return {
    stage: "planning",
    about: `command:${comment.id}`,
    attempt: 0,
    at: comment.createdAt,
    sender: author,
    ...marksOf(snapshot, comment.createdAt, [[comment, "EYES"]]),
  };
}
