import { type Outcome, outcomeOf, type Running } from "./outcome.ts";
import type { ModelRequest, ToolName } from "./request.ts";

export type TodoStatus = "pending" | "in_progress" | "completed";

/** One thing that a model can do, in words of no dialect. */
export type Move =
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "exec"; readonly command: string; readonly login?: boolean; readonly yieldMs?: number }
  | { readonly kind: "patch"; readonly patch: string }
  | { readonly kind: "todo"; readonly steps: readonly { readonly step: string; readonly status: TodoStatus }[] }
  | { readonly kind: "search"; readonly query: string }
  | { readonly kind: "wait"; readonly running: Running }
  /** Any output item at all; one with a `call_id` is taken for a call. */
  | { readonly kind: "item"; readonly item: Readonly<Record<string, unknown>> }
  | { readonly kind: "answer"; readonly text: string };

/** What the simulated model does when it is asked: a pure function of the request, which holds all that happened. */
export type ModelScript = (request: ModelRequest) => readonly Move[];

/** A script written as one straight story: it yields a move, gets its outcome, and returns the final answer. */
export type Story = (request: ModelRequest) => Generator<Move, string, Outcome>;

export const say = (text: string): Move => ({ kind: "say", text });
export const exec = (command: string, options: { login?: boolean; yieldMs?: number } = {}): Move => ({
  kind: "exec",
  command,
  ...options,
});
export const patch = (text: string): Move => ({ kind: "patch", patch: text });

const TOOL_OF = {
  exec: "exec_command",
  patch: "apply_patch",
  todo: "update_plan",
  search: "web_search",
} as const satisfies Record<string, ToolName>;

/**
 * Makes a script of a story. The API keeps no state, so with each request the story is told again from the beginning,
 * with the outcomes that the request carries, up to the first move that has none yet. A story must therefore depend on
 * nothing but the request and its outcomes. A tool that is not offered is refused at once.
 */
export function scriptOf(story: Story): ModelScript {
  return (request) => {
    const telling = story(request);
    let unsent: Move[] = [];
    let answered = 0;
    let step = telling.next();
    while (!step.done) {
      const move = step.value;
      if (move.kind === "answer") return [...unsent, move];
      const tool = move.kind in TOOL_OF ? TOOL_OF[move.kind as keyof typeof TOOL_OF] : undefined;
      const hosted = move.kind === "search" && request.dialect === "classic";
      if (tool !== undefined && !request.tools.has(tool)) {
        step = telling.next(outcomeOf(false, `tool not offered: ${tool}`));
      } else if (move.kind === "say" || hosted || (move.kind === "item" && move.item["call_id"] === undefined)) {
        unsent.push(move);
        step = telling.next(outcomeOf(true));
      } else {
        const call = request.calls[answered];
        if (call?.outcome === undefined) return [...unsent, move];
        if (call.running !== undefined) return [{ kind: "wait", running: call.running }];
        answered += 1;
        unsent = [];
        step = telling.next(call.outcome);
      }
    }
    return [...unsent, { kind: "answer", text: step.value }];
  };
}
