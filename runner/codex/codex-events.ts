import * as z from "zod";
import { type Activity, type CodexUsage, codexUsage, type ProgressReport } from "../protocol.ts";

/** One line of `codex exec --json`. Kinds that are not named here are let through and mean nothing. */
const codexEvent = z.looseObject({
  type: z.string(),
  usage: z.unknown().optional(),
  message: z.string().optional(),
  error: z.looseObject({ message: z.string().optional() }).nullish(),
  item: z
    .looseObject({
      id: z.string().optional(),
      type: z.string(),
      text: z.string().optional(),
      command: z.string().optional(),
      aggregated_output: z.string().optional(),
      exit_code: z.int().nullish(),
      items: z.array(z.looseObject({ text: z.string(), completed: z.boolean() })).optional(),
    })
    .optional(),
});
export type CodexEvent = z.infer<typeof codexEvent>;

/** What the events seen so far amount to. */
export interface CodexState {
  activity: Activity;
  todo: ProgressReport["todo"];
  /** Cumulative over the thread; absent when the turn failed or was cut. */
  usage?: CodexUsage;
  /** Last error told, retries included; with exit code 0 it was overcome. */
  error?: string;
  turnCompleted: boolean;
  commands: number;
  /** How many of them ended with 0. */
  succeeded: number;
  /** How many of the commands could not be started because the sandbox itself failed. */
  sandboxFailures: number;
}

export const initialCodexState: CodexState = {
  activity: "starting",
  todo: [],
  turnCompleted: false,
  commands: 0,
  succeeded: 0,
  sandboxFailures: 0,
};

/** Reads one line; undefined when it is no event (Codex prints nothing else, but a cut line may come last). */
export function parseCodexEvent(line: string): CodexEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // A killed process leaves half a line; it says nothing that is still needed.
    return undefined;
  }
  return codexEvent.safeParse(value).data;
}

/** Pure: the state after one more event. */
export function reduceCodexEvent(state: CodexState, event: CodexEvent): CodexState {
  switch (event.type) {
    case "turn.started":
      return { ...state, activity: "thinking" };
    case "turn.completed": {
      const usage = codexUsage.safeParse(event.usage).data;
      return { ...state, turnCompleted: true, ...(usage && { usage }) };
    }
    case "turn.failed":
      return { ...state, error: event.error?.message ?? "turn failed without a message" };
    case "error":
      return event.message === undefined ? state : { ...state, error: event.message };
    case "item.started":
    case "item.updated":
    case "item.completed":
      return event.item ? reduceItem(state, event.item, event.type === "item.completed") : state;
    default:
      return state;
  }
}

function reduceItem(state: CodexState, item: NonNullable<CodexEvent["item"]>, completed: boolean): CodexState {
  switch (item.type) {
    case "reasoning":
      return { ...state, activity: "thinking" };
    case "agent_message":
      return { ...state, activity: "answering" };
    case "file_change":
      return { ...state, activity: "editing" };
    case "web_search":
      return { ...state, activity: "searching" };
    case "todo_list":
      return { ...state, todo: boundedTodo(item.items ?? []) };
    case "command_execution": {
      const activity = readingPattern.test(item.command ?? "") ? "reading" : "running";
      if (!completed) return { ...state, activity };
      const failed = item.exit_code !== 0 && sandboxErrorPattern.test(item.aggregated_output ?? "");
      return {
        ...state,
        activity,
        commands: state.commands + 1,
        succeeded: state.succeeded + (item.exit_code === 0 ? 1 : 0),
        sandboxFailures: state.sandboxFailures + (failed ? 1 : 0),
      };
    }
    default:
      return state;
  }
}

/** Commands that only look, with or without the shell that Codex wraps them in. Shown to people; decides nothing. */
const readingPattern =
  /^(?:\S*sh -l?c )?['"]?(?:cat|find|grep|head|less|ls|nl|rg|sed -n|tail|tree|wc|git (?:blame|diff|grep|log|show|status))\b/;

/** How bubblewrap and Codex's wrapper round it begin their own errors. */
const sandboxErrorPattern =
  /^(?:bwrap|(?:bundled )?bubblewrap|codex-linux-sandbox|thread '\S+' (?:\(\d+\) )?panicked at linux-sandbox|error applying (?:legacy )?linux sandbox)\b.*/im;

function boundedTodo(items: readonly { text: string; completed: boolean }[]): ProgressReport["todo"] {
  return items.slice(0, 20).map(({ text, completed }) => ({ text: text.slice(0, 200), done: completed }));
}
