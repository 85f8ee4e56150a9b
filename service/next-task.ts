import { type IssueSnapshot, labels, limits, type Task } from "@froussard/contract";
import { type Cause, identifyIn, type Mark, type TaskIds } from "./cause.ts";
import { findCause } from "./causes/find-causes.ts";
import { type History, type RunComment, readHistory } from "./history.ts";
import { makeTask } from "./make-task.ts";
import type { Tell } from "./notes.ts";
import type { ServicePolicy } from "./service-policy.ts";
import { type Memory, minutesBetween, openRuns, type TaskState, taskState } from "./task-state.ts";

/** What an issue needs next. */
export type NextTask = (
  | {
      task: Task;
      /** Time of its cause, to be remembered with the publication. ISO 8601. */
      askedAt: string;
      /** Where to leave our mark once the task is durably published. */
      mark: Mark[];
      /** It was published before, as far as marks and memory tell, and shows no trace. */
      again?: true;
    }
  | {
      reason: string;
      /** Marks that are missing although the task was published. */
      mark?: Mark[];
    }
) & {
  /** What to say on the issue. */
  tell: Tell[];
  /** When its task was published, while that shows no trace. ISO 8601. */
  untracedSince?: string;
  /** When to look again even if nothing changes on GitHub. ISO 8601. */
  lookAgainAt?: string;
};

/**
 * The one task that an issue needs next, or why none (design §6). Pure: the same snapshot gives the same task id in every
 * process, so it does not matter who asks, how often, or after what.
 */
export function nextTask(snapshot: IssueSnapshot, policy: ServicePolicy, now: Date, memory: Memory): NextTask {
  const gate = closedGate(snapshot);
  if (gate) return { reason: gate, tell: [] };
  const history = readHistory(snapshot, policy);
  const open = openRuns(history);
  const silent = open.filter((run) => isSilent(run, policy, now, memory));
  const { cause, reason, tell } = findCause(snapshot, policy, history, now, memory);
  const telling = [...tell, ...silent.map(({ ids }) => tellSilence(ids, ids))];
  const wakes = open.filter((run) => !silent.includes(run)).map((run) => silentAt(run, policy));
  if (!cause) return { reason, tell: telling, ...earliest(wakes) };
  const next = handOver(snapshot, policy, now, memory, history, cause);
  const all = next.lookAgainAt === undefined ? wakes : [...wakes, next.lookAgainAt];
  return { ...next, tell: [...telling, ...next.tell], ...earliest(all) };
}

/** What keeps the pipeline out of an issue altogether; undefined when nothing does. */
export function closedGate({ repository, issue }: IssueSnapshot): string | undefined {
  if (repository.isArchived) return "the repository is archived";
  if (issue.state !== "OPEN") return "the issue is closed";
  if (issue.labels.includes(labels.skip)) return `the issue is labelled ${labels.skip}`;
  return undefined;
}

function handOver(
  snapshot: IssueSnapshot,
  policy: ServicePolicy,
  now: Date,
  memory: Memory,
  history: History,
  cause: Cause,
): NextTask {
  const ids = identifyIn(snapshot, cause);
  const state = taskState(cause, ids, history, memory);
  if (state.kind === "running" || state.kind === "ended") return { reason: `${ids.taskId} is ${state.kind}`, tell: [] };
  const next = dueNow(snapshot, policy, now, memory, history, cause, ids, state);
  return state.kind === "published" ? { ...next, untracedSince: state.at } : next;
}

function dueNow(
  snapshot: IssueSnapshot,
  policy: ServicePolicy,
  now: Date,
  memory: Memory,
  history: History,
  cause: Cause,
  ids: TaskIds,
  state: Extract<TaskState, { kind: "new" | "published" }>,
): NextTask {
  if (state.kind === "published") {
    const waited = minutesBetween(state.at, now);
    const last = state.last ?? (isOurMark(snapshot, policy) ? state.at : undefined);
    if (waited >= limits.abandonMinutes && last !== undefined && minutesBetween(last, now) >= patienceMinutes)
      return { reason: `${ids.taskId} was published and never started`, tell: [tellNotStarted(cause, ids)] };
    // A message that comes again would meet the finished run of its name, and start nothing.
    if (waited >= patienceMinutes && memory.finishedTasks?.has(ids.taskId))
      return { reason: `${ids.taskId} has finished without a word`, tell: [tellSilence(cause, ids)] };
    const due = limits.republishMinutes.findLast((minutes) => minutes <= waited);
    if (due === undefined || (last !== undefined && minutesBetween(state.at, new Date(last)) >= due)) {
      const lookAgainAt = nextWake(state.at, waited, last ?? state.at);
      const missing = cause.markedAt === undefined ? { mark: cause.marks } : {};
      return { reason: `${ids.taskId} is published`, tell: [], lookAgainAt, ...missing };
    }
  }
  const made = makeTask(snapshot, policy, cause, ids, now);
  if ("task" in made) {
    const again = state.kind === "published" ? { again: true as const } : {};
    return { task: made.task, askedAt: cause.at, mark: cause.marks, tell: [], ...again };
  }
  return made.isUnfit ? unfit(made.reason, history, ids, now) : { reason: made.reason, tell: [] };
}

/** What makes a task fit (a branch renamed, a setting) is no change of the issue, so it is looked at again now and then. */
const unfitMinutes = 60;

function unfit(reason: string, { noted }: History, { taskId }: TaskIds, now: Date): NextTask {
  const cause = `task:${taskId}`;
  const lookAgainAt = later(now.toISOString(), unfitMinutes);
  return { reason, lookAgainAt, tell: noted.has(cause) ? [] : [{ kind: "note", cause, code: "unfit-task" }] };
}

/** A task that was just published is given this long to show a trace. */
const [patienceMinutes] = limits.republishMinutes;

/**
 * When bot and person share an account, a reaction may be the person's own: it alone never tells that a task was handed
 * over in vain. Publishing it once more does no harm, for it has the same id.
 */
function isOurMark({ viewer }: IssueSnapshot, { approverIds }: ServicePolicy): boolean {
  return !approverIds.includes(viewer.id);
}

function nextWake(publishedAt: string, waited: number, last: string): string {
  const next = limits.republishMinutes.find((minutes) => minutes > waited) ?? limits.abandonMinutes;
  return waited < limits.abandonMinutes ? later(publishedAt, next) : later(last, patienceMinutes);
}

function later(time: string, minutes: number): string {
  return new Date(Date.parse(time) + minutes * 60_000).toISOString();
}

function earliest(times: readonly string[]): { lookAgainAt?: string } {
  const first = times.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0];
  return first === undefined ? {} : { lookAgainAt: first };
}

function silentAt({ comment }: RunComment, policy: ServicePolicy): string {
  return later(comment.lastEditedAt ?? comment.createdAt, policy.deadlineMinutes + limits.silentMinutes);
}

function isSilent(run: RunComment, policy: ServicePolicy, now: Date, memory: Memory): boolean {
  return !memory.liveTasks.has(run.ids.taskId) && Date.parse(silentAt(run, policy)) <= now.getTime();
}

function tellSilence({ stage, about }: Pick<Cause, "stage" | "about">, { subjectId, taskId }: TaskIds): Tell {
  return { kind: "failure", ids: { taskId, subjectId, about, stage, code: "no-progress" } };
}

function tellNotStarted({ stage, about }: Cause, { subjectId, taskId }: TaskIds): Tell {
  return { kind: "failure", ids: { taskId, subjectId, about, stage, code: "not-started" } };
}
