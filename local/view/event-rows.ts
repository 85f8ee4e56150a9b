import { activityText } from "./activity-text.ts";
import { elapsed, tokens } from "./amounts.ts";
import type { PipelineEvent } from "./event.ts";
import type { Row, Span } from "./row.ts";
import { inert } from "./terminal-text.ts";
import { isNews, issueKey, newlyDone, type Progress, type TaskView, time, type ViewState } from "./view-state.ts";

/**
 * What is written once about an event, and stays: where nobody watches a line for each change of state, above a live
 * view only what the view does not go on showing.
 */
export function eventRows(event: PipelineEvent, before: ViewState, { live }: { live: boolean }): Row[] {
  const clock: Span = ["dim", `${event.at.slice(11, 19)} `];
  return rowsOf(event, before, live).map((row, index) => [index === 0 || !live ? clock : "         ", ...row]);
}

function rowsOf(event: PipelineEvent, before: ViewState, live: boolean): Row[] {
  switch (event.event) {
    case "simulated":
      return [];
    case "ready":
      return [...readyRows(event), ...(event.backlog.length > 0 && !live ? [backlogRow(event.backlog.length)] : [])];
    case "ended":
      return endRows(event, before, live);
    case "dropped":
      return [[["yellow", "warning: "], `a message in the queue was no task and is dropped (${inert(event.reason)})`]];
    case "handed-back":
      return taskRows(before, event.taskId, ["is put back into the queue; the next start goes on with it"]);
    case "log":
      return logRows(event);
    case "stopping":
      return [stoppingRow(event, before)];
    case "stopped":
      return [[before.simulated ? "ended" : "ended; started again, it goes on where it was"]];
    default:
      return live ? [] : plainRows(event, before);
  }
}

function stoppingRow({ reason, underWay }: Extract<PipelineEvent, { event: "stopping" }>, { tasks }: ViewState): Row {
  const names = underWay.flatMap((id) => tasks.get(id) ?? []).map(({ issue, stage }) => `${issueKey(issue)} ${stage}`);
  const what =
    names.length > 0 ? `: ${names.join(", ")} is finished where it is being published, or else written down` : "";
  return [["yellow", `ending (${inert(reason)})`], what];
}

type Passing = Extract<
  PipelineEvent,
  { event: "queued" | "started" | "attempt" | "progress" | "retry" | "plan-waiting" | "plan-gone" | "issue-closed" }
>;

/** What a live view shows as long as it lasts. */
function plainRows(event: Passing, before: ViewState): Row[] {
  switch (event.event) {
    case "queued":
      return [[...name(event), "is in the queue: ", inert(event.title)]];
    case "started":
      return [[...name(event), event.try > 1 ? `started, try ${event.try}: ` : "started: ", inert(event.title)]];
    case "attempt":
      return event.number > 1 ? taskRows(before, event.taskId, [`attempt ${event.number}`]) : [];
    case "progress":
      return progressRows(event, before);
    case "retry": {
      const when = event.seconds > 0 ? `in ${elapsed(event.seconds * 1_000)}` : "at once";
      return taskRows(before, event.taskId, [["yellow", `is tried again ${when}: `], inert(event.reason)]);
    }
    case "plan-waiting": {
      const known = before.waiting.get(issueKey(event))?.next.url === event.url;
      const row: Row = [["bold", issueKey(event)], " has a plan to be read, and approved with 👍: ", inert(event.url)];
      return known ? [] : [row];
    }
    case "issue-closed":
      return before.waiting.has(issueKey(event)) ? [[["bold", issueKey(event)], " is closed"]] : [];
    case "plan-gone":
      return [];
  }
}

function readyRows(event: Extract<PipelineEvent, { event: "ready" }>): Row[] {
  const { account, approvers, repositories, webhooks } = event;
  const who = `as ${account}; plans are approved by ${approvers.join(", ")}`;
  return [
    [["green", "at work"], ` on ${repositories.join(", ")} ${inert(who)}`],
    ...(webhooks === undefined ? [] : [[`webhooks are taken at ${webhooks}`]]),
  ];
}

export function backlogRow(count: number): Row {
  return [`${count} more ${count === 1 ? "task waits" : "tasks wait"} in the queue since an earlier start`];
}

/** On a terminal the address stands on a line of its own, which it wraps by itself: so it can be clicked and copied. */
function endRows(event: Extract<PipelineEvent, { event: "ended" }>, before: ViewState, live: boolean): Row[] {
  const { taskId, outcome, code, summary, detail, next } = event;
  const task = before.tasks.get(taskId);
  const amounts = task ? [elapsed(time(event) - task.since), ...tokens(task.progress?.usage)].join(", ") : "";
  const mark: Span = outcome === "done" ? ["green", "✔ "] : [outcome === "failed" ? "red" : "yellow", "✖ "];
  const why = [...(code === undefined ? [] : [code]), ...(detail === undefined ? [] : [inert(detail)])].join(": ");
  const end: Row = [
    mark,
    ...name(event),
    `${summary}${why === "" ? "" : ` (${why})`}`,
    ["dim", amounts === "" ? "" : ` after ${amounts}`],
  ];
  const text: Span = ["bold", `→ ${inert(next.text)}`];
  const url: Span = ["cyan", inert(next.url, 2_000)];
  return live ? [end, [text], [url]] : [[...end, " ", text, " ", url]];
}

function progressRows(event: Extract<PipelineEvent, { event: "progress" }>, before: ViewState): Row[] {
  const task = before.tasks.get(event.taskId);
  if (!task || !isNews(task, event)) return [];
  const done = newlyDone(task, event).map((text): Row => [...nameOf(task), ["green", "✔ "], inert(text)]);
  const { phase, activity } = event;
  const isSame = phase === task.progress?.phase && activity === task.progress.activity;
  const now: Row = [...nameOf(task), activityText({ stage: task.stage, progress: event }), ...tokenSpans(event.usage)];
  return isSame ? done : [...done, now];
}

function tokenSpans(used: Progress["usage"]): Span[] {
  return tokens(used).map((text): Span => ["dim", `, ${text}`]);
}

function logRows({ level, message, fields }: Extract<PipelineEvent, { event: "log" }>): Row[] {
  const { process, err, ...rest } = fields;
  const cause = typeof err === "object" && err !== null && "message" in err ? { error: err.message } : {};
  const details = Object.entries({ ...rest, ...cause })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const text = `${typeof process === "string" ? `${process}: ` : ""}${message}`;
  const mark: Span[] =
    level === "error" ? [["red", "error: "]] : level === "warn" ? [["yellow", "warning: "]] : [["dim", "log: "]];
  return [[...mark, inert(details.length > 0 ? `${text} (${details.join(", ")})` : text, 1_000)]];
}

function taskRows({ tasks }: ViewState, taskId: string, row: Row): Row[] {
  const task = tasks.get(taskId);
  return task ? [[...nameOf(task), ...row]] : [];
}

function nameOf({ stage, issue }: TaskView): Span[] {
  return name({ ...issue, stage });
}

function name(of: { repository: string; issueNumber: number; stage: string }): Span[] {
  return [["bold", issueKey(of)], ` ${of.stage}: `];
}
