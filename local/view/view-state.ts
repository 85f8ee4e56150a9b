import type { NextStep, PipelineEvent } from "./event.ts";
import { approval } from "./next-step.ts";

type Of<Name extends PipelineEvent["event"]> = Extract<PipelineEvent, { event: Name }>;
export type Progress = Pick<Of<"progress">, "phase" | "activity" | "todo" | "usage">;

/** One task that waits, runs, or will run again. Times are milliseconds since 1970. */
export interface TaskView {
  taskId: string;
  stage: Of<"started">["stage"];
  issue: IssueView;
  state: "queued" | "running" | "retrying";
  since: number;
  try: number;
  attempt: number;
  progress?: Progress;
  /** When it is tried again, and why. */
  retry?: { at: number; reason: string };
  /** When a line was last written about it, where nobody watches. */
  toldAt: number;
}

export interface IssueView {
  repository: string;
  issueNumber: number;
  title: string;
  url: string;
}

/** What an issue waits for from a person. */
export interface Waiting {
  issue: IssueView;
  next: NextStep;
  /** Whether it is a plan to be approved, which goes when GitHub says so. */
  isPlan: boolean;
}

/** All that is to be shown, made from events alone. */
export interface ViewState {
  ready?: Of<"ready">;
  simulated?: Of<"simulated">;
  /** Tasks of an earlier start that were not taken up yet. */
  backlog: ReadonlySet<string>;
  tasks: ReadonlyMap<string, TaskView>;
  /** By `owner/name#number`, oldest first. */
  waiting: ReadonlyMap<string, Waiting>;
  stopping?: Of<"stopping">;
}

export const emptyState: ViewState = { backlog: new Set(), tasks: new Map(), waiting: new Map() };

export function issueKey({ repository, issueNumber }: { repository: string; issueNumber: number }): string {
  return `${repository}#${issueNumber}`;
}

/** The state after an event; the one before stays as it is. */
export function reduce(state: ViewState, event: PipelineEvent): ViewState {
  switch (event.event) {
    case "simulated":
      return { ...state, simulated: event };
    case "ready":
      return { ...state, ready: event, backlog: new Set(event.backlog) };
    case "queued":
      return withTask(state, newTask(event, "queued"));
    case "started": {
      const task = { ...newTask(event, "running"), try: event.try };
      // Whatever the issue waited for is under way, or was asked for anew.
      return withTask({ ...state, waiting: without(state.waiting, issueKey(event)) }, task);
    }
    case "attempt":
      return change(state, event.taskId, (task) => {
        const { retry: _, ...rest } = task;
        return { ...rest, state: "running", attempt: event.number, toldAt: time(event) };
      });
    case "progress":
      return change(state, event.taskId, (task) => {
        const { phase, todo, usage, activity } = event;
        const progress = { phase, todo, usage, ...(activity !== undefined && { activity }) };
        return { ...task, progress, ...(isNews(task, event) && { toldAt: time(event) }) };
      });
    case "retry":
      return change(state, event.taskId, (task) => ({
        ...task,
        state: "retrying",
        retry: { at: time(event) + event.seconds * 1_000, reason: event.reason },
      }));
    case "ended": {
      const issue = issueOf(event);
      const isPlan = event.stage === "planning" && event.outcome === "done";
      const waiting = new Map(without(state.waiting, issueKey(event))).set(issueKey(event), {
        issue,
        next: event.next,
        isPlan,
      });
      return { ...state, ...gone(state, event.taskId), waiting };
    }
    case "handed-back":
      return { ...state, ...gone(state, event.taskId) };
    case "plan-waiting": {
      const waits = { issue: issueOf(event), next: approval(event.url), isPlan: true };
      return { ...state, waiting: new Map(state.waiting).set(issueKey(event), waits) };
    }
    case "plan-gone":
      return state.waiting.get(issueKey(event))?.isPlan
        ? { ...state, waiting: without(state.waiting, issueKey(event)) }
        : state;
    case "issue-closed":
      return { ...state, waiting: without(state.waiting, issueKey(event)) };
    case "stopping":
      return { ...state, stopping: event };
    case "log":
    case "dropped":
    case "stopped":
      return state;
  }
}

/** Between two lines about what Codex does, where nobody watches: it changes every few seconds. */
const quietMs = 10_000;

/** Whether progress is worth a line of its own: a new phase and a step that is done always are. */
export function isNews(task: TaskView, event: Of<"progress">): boolean {
  const { progress, toldAt } = task;
  if (event.phase !== progress?.phase) return event.phase !== "ended";
  if (newlyDone(task, event).length > 0) return true;
  return event.activity !== progress.activity && time(event) - toldAt >= quietMs;
}

/** The steps that this event is the first to call done. */
export function newlyDone({ progress }: TaskView, { todo }: Of<"progress">): string[] {
  const before = new Set(progress?.todo.filter(({ done }) => done).map(({ text }) => text));
  return todo.filter(({ done, text }) => done && !before.has(text)).map(({ text }) => text);
}

function newTask(event: Of<"queued"> | Of<"started">, state: TaskView["state"]): TaskView {
  const { taskId, stage } = event;
  return { taskId, stage, issue: issueOf(event), state, since: time(event), try: 0, attempt: 0, toldAt: time(event) };
}

function issueOf(event: { repository: string; issueNumber: number; title: string; issueUrl: string }): IssueView {
  const { repository, issueNumber, title, issueUrl: url } = event;
  return { repository, issueNumber, title, url };
}

function withTask(state: ViewState, task: TaskView): ViewState {
  const backlog = new Set(state.backlog);
  backlog.delete(task.taskId);
  return { ...state, backlog, tasks: new Map(state.tasks).set(task.taskId, task) };
}

function change(state: ViewState, taskId: string, to: (task: TaskView) => TaskView): ViewState {
  const task = state.tasks.get(taskId);
  return task ? { ...state, tasks: new Map(state.tasks).set(taskId, to(task)) } : state;
}

function gone(state: ViewState, taskId: string): Pick<ViewState, "tasks"> {
  return { tasks: without(state.tasks, taskId) };
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

export function time({ at }: { at: string }): number {
  return Date.parse(at);
}
