import type { Writable } from "node:stream";
import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import type { PipelineEvent, Tell } from "./event.ts";
import { eventRows } from "./event-rows.ts";
import { createLiveRegion, type LiveRegion } from "./live-region.ts";
import { liveRows } from "./live-rows.ts";
import { paintRow } from "./row.ts";
import { inertJson } from "./terminal-text.ts";
import { emptyState, reduce, type ViewState } from "./view-state.ts";

/** Where the pipeline's events become visible. */
export interface View {
  /** Shows an event as of now. */
  tell: Tell;
  /** Shows an event that was stamped elsewhere. */
  show(event: PipelineEvent): void;
  /** Writes lines of our own for good. */
  print(text: string): void;
  /** Leaves the terminal as a program should. Safe to call twice. */
  close(): void;
}

export interface ViewOptions {
  output: Writable & Partial<Pick<WriteStream, "isTTY" | "columns" | "rows">>;
  /** `json`: one event a line. `plain`: one line a change. `live`: a part of the terminal that is redrawn in place. */
  mode: ViewMode;
  /** Whether the log's quieter lines are shown to people too. */
  verbose: boolean;
  /** What is written for good. `warnings`: somebody else tells the rest, with `print`. @default all */
  written?: "all" | "warnings";
  /** @default the system's */
  now?: () => number;
}

export type ViewMode = "json" | "plain" | "live";

/** A terminal that can move its cursor gets the live view, unless a machine reads or nothing is to be redrawn. */
export function viewMode(
  output: { isTTY?: boolean },
  asked: { json?: boolean | undefined; term?: string | undefined },
): ViewMode {
  if (asked.json) return "json";
  return output.isTTY && asked.term !== "dumb" ? "live" : "plain";
}

export function startView({ output, mode, verbose, written = "all", now = Date.now }: ViewOptions): View {
  if (mode === "json") return jsonView(output, now);
  let state = emptyState;
  // Node.js's own judgement of this stream: NO_COLOR, FORCE_COLOR, TERM, and whether it is a terminal at all.
  const colour = styleText("bold", "x", { stream: output }) !== "x";
  const screen = mode === "live" ? startScreen(output, () => state, colour, now) : undefined;
  const write = (lines: string[]) => {
    if (screen) screen.print(lines);
    else if (lines.length > 0) output.write(lines.map((line) => `${line}\n`).join(""));
  };
  const show = (event: PipelineEvent) => {
    const before = state;
    state = reduce(state, event);
    const rows = isQuiet(event, { verbose, written }) ? [] : eventRows(event, before, { live: mode === "live" });
    write(rows.map((row) => paintRow(row, { colour })));
  };
  return {
    show,
    tell: (told) => show(stamp(told, now)),
    print: (text) => write(text.split("\n")),
    close: () => screen?.close(),
  };
}

function isQuiet(
  event: PipelineEvent,
  { verbose, written }: Pick<Required<ViewOptions>, "verbose" | "written">,
): boolean {
  if (event.event !== "log") return written === "warnings";
  return (event.level === "info" || event.level === "debug") && !verbose;
}

function jsonView(output: Writable, now: () => number): View {
  const show = (event: PipelineEvent) => void output.write(`${inertJson(event)}\n`);
  return { show, tell: (told) => show(stamp(told, now)), print: () => {}, close: () => {} };
}

function stamp(told: Parameters<Tell>[0], now: () => number): PipelineEvent {
  const { event, ...rest } = told;
  return { event, at: new Date(now()).toISOString(), ...rest } as PipelineEvent;
}

/** Redraws on each event, each second (time passes), and when the terminal changes its size or is given back to us. */
function startScreen(
  output: ViewOptions["output"],
  state: () => ViewState,
  colour: boolean,
  now: () => number,
): Pick<LiveRegion, "close"> & { print(lines: string[]): void } {
  const size = () => ({ width: Math.max(1, (output.columns ?? 80) - 1), height: output.rows ?? 24 });
  const region = createLiveRegion({
    get columns() {
      return output.columns ?? 80;
    },
    write: (text) => output.write(text),
  });
  const frame = () => {
    const { width, height } = size();
    return liveRows(state(), { width, height, now: now() }).map((row) => paintRow(row, { colour, width }));
  };
  const redraw = () => region.draw(frame());
  const timer = setInterval(redraw, 1_000);
  output.on("resize", redraw);
  process.on("SIGCONT", redraw);
  // Also when it ends by an error that nobody foresaw: a terminal without a cursor is a nuisance.
  process.once("exit", region.close);
  redraw();
  return {
    print: (lines) => region.print(lines, frame()),
    close() {
      clearInterval(timer);
      output.off("resize", redraw);
      process.off("SIGCONT", redraw);
      process.off("exit", region.close);
      region.close();
    },
  };
}
