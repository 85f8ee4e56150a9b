import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CodexState, initialCodexState, parseCodexEvent, reduceCodexEvent } from "./codex-events.ts";

function stateAfter(...lines: unknown[]): CodexState {
  return lines
    .map((line) => parseCodexEvent(JSON.stringify(line)))
    .reduce((state, event) => (event ? reduceCodexEvent(state, event) : state), initialCodexState);
}
const command = (exit_code: number | null, aggregated_output = "", text = "npm test") => ({
  type: "item.completed",
  item: { type: "command_execution", command: text, aggregated_output, exit_code, status: "completed" },
});

describe("codex events", () => {
  test.each<[string, unknown, Partial<CodexState>]>([
    ["turn.started", { type: "turn.started" }, { activity: "thinking" }],
    ["reasoning", { type: "item.completed", item: { type: "reasoning", text: "…" } }, { activity: "thinking" }],
    ["a message", { type: "item.completed", item: { type: "agent_message", text: "…" } }, { activity: "answering" }],
    ["a file change", { type: "item.started", item: { type: "file_change" } }, { activity: "editing" }],
    ["a search", { type: "item.started", item: { type: "web_search", query: "x" } }, { activity: "searching" }],
    ["an unknown item", { type: "item.started", item: { type: "collab_tool_call" } }, { activity: "starting" }],
    ["an unknown event", { type: "something.new", item: 7 }, { activity: "starting" }],
    ["a retry", { type: "error", message: "Reconnecting... 2/5" }, { error: "Reconnecting... 2/5" }],
    ["a failed turn", { type: "turn.failed", error: { message: "no" } }, { error: "no", turnCompleted: false }],
    [
      "a todo list",
      { type: "item.updated", item: { type: "todo_list", items: [{ text: "a", completed: true }] } },
      { todo: [{ text: "a", done: true }] },
    ],
    [
      "a completed turn",
      { type: "turn.completed", usage: { input_tokens: 9, cached_input_tokens: 4, output_tokens: 2 } },
      {
        turnCompleted: true,
        usage: { input_tokens: 9, cached_input_tokens: 4, output_tokens: 2, reasoning_output_tokens: 0 },
      },
    ],
  ])("%s", (_, line, expected) => {
    expect(stateAfter(line)).toMatchObject(expected);
  });

  test.each([
    ["/bin/bash -lc 'cat README.md'", "reading"],
    ['bash -lc "git diff HEAD"', "reading"],
    ["rg TODO", "reading"],
    ["bash -lc 'git push'", "running"],
    ["category-theory", "running"],
    ["npm test", "running"],
  ])("%s is %s", (text, activity) => {
    expect(stateAfter(command(0, "", text)).activity).toBe(activity);
  });

  test.each([
    [command(1, "bwrap: No permissions to create new namespace"), 1],
    [command(1, "noise\nbwrap: setting up uid map: Permission denied"), 1],
    [command(0, "bwrap: mentioned only"), 0],
    [command(1, "npm error: see bwrap"), 0],
    [command(null, ""), 0],
  ])("counts commands that the sandbox failed: %o", (line, sandboxFailures) => {
    expect(stateAfter(line)).toMatchObject({ commands: 1, sandboxFailures });
  });

  test("a todo list stays within the protocol's bounds", () => {
    const items = Array.from({ length: 50 }, () => ({ text: "x".repeat(1_000), completed: false }));
    const { todo } = stateAfter({ type: "item.updated", item: { type: "todo_list", items } });
    expect(todo).toHaveLength(20);
    expect(todo[0]?.text).toHaveLength(200);
  });

  test("no line breaks the reader", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        const event = parseCodexEvent(line);
        if (event) reduceCodexEvent(initialCodexState, event);
      }),
    );
  });
});
