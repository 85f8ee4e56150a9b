import { type Comment, type IssueSnapshot, limits } from "@froussard/contract";
import * as z from "zod";
import { type Cause, identifyIn, type TaskIds } from "./cause.ts";
import type { History, RunComment } from "./history.ts";
import type { Publication } from "./published-tasks.ts";

/** What is known besides GitHub. */
export interface Memory {
  /** Ids of tasks that are queued or running: each counts as a trace, for waiting is no failure. */
  liveTasks: ReadonlySet<string>;
  /** Tasks whose run had finished before GitHub was asked: one that shows no trace has left no word. @default none known */
  finishedTasks?: ReadonlySet<string>;
  /** When this process published the task of a cause of that time. */
  published(taskId: string, askedAt: string): Publication | undefined;
}

export type TaskState =
  | { kind: "new" }
  /** First handed over at this time, by this process last at that one, and nothing was seen of it yet. ISO 8601. */
  | { kind: "published"; at: string; last?: string }
  | { kind: "running" }
  | { kind: "ended" };

/** How far the task of a cause has come, from our comments, our marks and the queue. */
export function taskState(cause: Cause, ids: TaskIds, history: History, memory: Memory): TaskState {
  if (hasEnded(cause, ids, history)) return { kind: "ended" };
  const shown = history.runs.some((run) => run.kind === "progress" && run.ids.taskId === ids.taskId);
  if (shown || memory.liveTasks.has(ids.taskId)) return { kind: "running" };
  const own = memory.published(ids.taskId, cause.at);
  const at = [cause.markedAt, own?.first].filter((time) => time !== undefined).toSorted(byTime)[0];
  return at === undefined ? { kind: "new" } : { kind: "published", at, ...(own && { last: own.last }) };
}

/** A subject that has a plan or a terminal result is not started again, except by a `/retry` that is younger. */
function hasEnded(cause: Cause, ids: TaskIds, history: History): boolean {
  const { stage, attempt } = cause;
  const { plans, runs } = history;
  if (stage === "planning" && plans.some((plan) => plan.ids.subjectId === ids.subjectId)) return true;
  if (runs.some((run) => run.ids.taskId === ids.taskId && isDone(run))) return true;
  return runs.some((run) => {
    if (!isTerminal(run) || run.ids.subjectId !== ids.subjectId || isVoid(run, cause, history)) return false;
    if (attempt === 0 || run.ids.taskId === ids.taskId) return true;
    return run.ids.outcome === "done" && run.comment.id > attempt;
  });
}

export function isTerminal(run: RunComment): boolean {
  return run.kind === "result" && run.ids.outcome !== undefined;
}

/**
 * Whether an end says nothing about this approval: a message that GitHub did not confirm was refused before it began, and
 * what would confirm it came after that.
 */
export function isVoid({ ids, comment }: RunComment, cause: Cause, { runs }: History): boolean {
  if (cause.stage !== "implementation" || cause.attempt !== 0) return false;
  if (ids.code !== "invalid-task" && ids.code !== "not-approved") return false;
  const hadBegun = runs.some((run) => run.kind === "progress" && run.ids.taskId === ids.taskId);
  return !hadBegun && isAfter(cause, comment);
}

/** Comments are in the order of their ids; everything else has times, in whole seconds. */
export function isAfter({ at, comment }: Pick<Cause, "at" | "comment">, other: Comment): boolean {
  return comment ? comment.id > other.id : at > other.createdAt;
}

/** The part of the runner's record that tells a success, whose plan or result somebody may have deleted since. */
const doneRecord = z.object({ state: z.literal("closed"), outcome: z.literal("done") });

function isDone({ kind, ids }: RunComment): boolean {
  return kind === "progress" && doneRecord.safeParse(ids.record).success;
}

/** Progress comments whose run has not come to an end that anybody could see. */
export function openRuns({ runs, plans }: History): RunComment[] {
  const ended = new Set([
    ...runs.filter((run) => run.ids.outcome !== undefined || isDone(run)).map((run) => run.ids.taskId),
    ...plans.map((plan) => plan.ids.taskId),
  ]);
  return runs.filter((run) => run.kind === "progress" && !ended.has(run.ids.taskId));
}

/** Whether work on this issue other than `except` is under way, as far as anybody can see. */
export function anythingElseRuns(
  snapshot: IssueSnapshot,
  history: History,
  causes: readonly Cause[],
  except: TaskIds,
  now: Date,
  memory: Memory,
): boolean {
  if (openRuns(history).some((run) => run.ids.taskId !== except.taskId)) return true;
  return causes.some((cause) => {
    const ids = identifyIn(snapshot, cause);
    if (ids.taskId === except.taskId) return false;
    const state = taskState(cause, ids, history, memory);
    if (state.kind === "running") return true;
    return state.kind === "published" && minutesBetween(state.at, now) < limits.abandonMinutes;
  });
}

function byTime(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b);
}

export function minutesBetween(from: string, to: Date): number {
  return (to.getTime() - Date.parse(from)) / 60_000;
}
