import { activityText } from "./activity-text.ts";
import { elapsed, tokens } from "./amounts.ts";
import { backlogRow } from "./event-rows.ts";
import type { Row, Span } from "./row.ts";
import { inert, wrapToWidth, wrapWords } from "./terminal-text.ts";
import { issueKey, type TaskView, type ViewState, type Waiting } from "./view-state.ts";

export interface Frame {
  /** Columns and lines that there are. */
  width: number;
  height: number;
  /** Milliseconds since 1970. */
  now: number;
}

/** How many lines of each kind are shown, from much room to little. */
const sizes = [
  { todo: 20, waiting: 5, tasks: 16 },
  { todo: 8, waiting: 5, tasks: 8 },
  { todo: 4, waiting: 3, tasks: 4 },
  { todo: 2, waiting: 1, tasks: 2 },
  { todo: 0, waiting: 1, tasks: 2 },
  { todo: 0, waiting: 1, tasks: 1 },
] as const;
type Size = (typeof sizes)[number];

/**
 * What the live part of the terminal shows of a state: tasks, what waits for a person, what can be done. Never more
 * lines than there are; the address of the next step is whole as long as it fits at all.
 */
export function liveRows(state: ViewState, frame: Frame): Row[] {
  // One line stays free, for the cursor.
  const room = Math.max(1, frame.height - 1);
  const all = sizes.map((size) => rowsAt(state, frame, size));
  const fitting = all.find((rows) => rows.length <= room) ?? all.at(-1) ?? [];
  return fitting.slice(Math.max(0, fitting.length - room));
}

function rowsAt(state: ViewState, frame: Frame, size: Size): Row[] {
  const { backlog } = state;
  const tasks = [...state.tasks.values()].toSorted(
    (a, b) => Number(a.state === "queued") - Number(b.state === "queued"),
  );
  const busy = new Set(tasks.map(({ issue }) => issueKey(issue)));
  const waiting = [...state.waiting.values()].filter(({ issue }) => !busy.has(issueKey(issue)));
  const older = waiting.length - size.waiting;
  const more = tasks.length - size.tasks;
  return [
    [],
    ...tasks.slice(0, size.tasks).flatMap((task) => taskRows(task, frame, size)),
    ...(more > 0 ? [[["dim", `  and ${more} more`]] satisfies Row] : []),
    ...(backlog.size > 0 ? [backlogRow(backlog.size)] : []),
    ...(tasks.length > 0 && waiting.length > 0 ? [[]] : []),
    ...(waiting.length > 0 ? [[["bold", "Waiting for you:"]] satisfies Row] : []),
    ...(older > 0 ? [[["dim", `  ${older} older ${older === 1 ? "one" : "ones"}, see above`]] satisfies Row] : []),
    ...waiting.slice(-size.waiting).flatMap((each) => waitingRows(each, frame)),
    ...(tasks.length > 0 || waiting.length > 0 ? [[]] : []),
    ...footerRows(state, frame),
  ];
}

function taskRows(task: TaskView, { now }: Frame, { todo: max }: Size): Row[] {
  const { issue, stage, state, since, progress, retry } = task;
  const head: Span[] = [["bold", issueKey(issue)], ` ${stage}`];
  const title: Span[] = ["  ", ["dim", inert(issue.title)]];
  if (state === "queued") return [["· ", ...head, " waits in the queue", ...title]];
  const first: Row = [["cyan", "▸ "], ...head, ["dim", ` ${elapsed(now - since)}`], ...title];
  if (state === "retrying" && retry) {
    const left = retry.at - now;
    const when = left > 0 ? `in ${elapsed(left + 999)}` : "now";
    return [first, ["  ", ["yellow", `is tried again ${when}: ${inert(retry.reason)}`]]];
  }
  const steps = progress?.todo ?? [];
  const done = steps.filter((step) => step.done).length;
  const counted = steps.length > 0 ? [`step ${Math.min(done + 1, steps.length)} of ${steps.length}`] : [];
  const attempt = task.attempt > 1 ? [`attempt ${task.attempt}`] : [];
  const details = [activityText(task), ...counted, ...tokens(progress?.usage), ...attempt].join(" · ");
  return [first, [`  ${details}`], ...todoRows(steps, max)];
}

type Steps = NonNullable<TaskView["progress"]>["todo"];

/** The steps around the first that is not done. */
function todoRows(steps: Steps, max: number): Row[] {
  const current = steps.findIndex(({ done }) => !done);
  const start = Math.max(0, Math.min((current < 0 ? steps.length : current) - 1, steps.length - max));
  return steps.slice(start, start + max).map(({ text, done }, index): Row => {
    const shown = inert(text);
    if (done) return ["    ", ["green", "✔ "], ["dim", shown]];
    return start + index === current ? ["    ", ["cyan", "▸ "], shown] : ["    ", ["dim", "· "], shown];
  });
}

function waitingRows({ issue, next }: Waiting, { width }: Frame): Row[] {
  const indent = width > 60 ? "  " : "";
  const room = Math.max(1, width - indent.length);
  return [
    [indent, ["bold", issueKey(issue)], "  ", ["dim", inert(issue.title)]],
    ...wrapWords(`→ ${inert(next.text)}`, room).map((line): Row => [indent, line]),
    ...wrapToWidth(inert(next.url, 2_000), room).map((piece): Row => [indent, ["cyan", piece]]),
  ];
}

function footerRows({ ready, simulated, stopping, tasks, waiting }: ViewState, { width }: Frame): Row[] {
  if (stopping) {
    const count = [...tasks.values()].filter(({ state }) => state !== "queued").length;
    const what = count === 0 ? "" : `: ${count === 1 ? "a task is" : `${count} tasks are`} finished or written down`;
    return [[["yellow", `Ending${what}.`]], [["dim", "Ctrl-C again ends at once."]]];
  }
  if (!ready) return [[["dim", "Starting … Ctrl-C ends it."]]];
  const isIdle = tasks.size === 0 && waiting.size === 0;
  const where = simulated ? "" : ` in ${ready.repositories.join(" or ")}`;
  const open = `${isIdle ? "Open an issue" : "Or open another issue"}${where}${simulated ? `, as ${simulated.maintainer}:` : "."}`;
  const invitation: Row[] = [
    ...wrapWords(open, width).map((line): Row => [line]),
    ...(simulated ? wrapToWidth(simulated.issuesUrl, width).map((piece): Row => [["cyan", piece]]) : []),
  ];
  return [...(tasks.size === 0 ? invitation : []), [["dim", "Ctrl-C ends it."]]];
}
