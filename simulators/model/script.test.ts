import { expect, test } from "vitest";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { ModelCall, ModelRequest, ToolName } from "./request.ts";
import { exec, type Move, say, scriptOf } from "./script.ts";

const request = (
  outcomes: readonly Outcome[],
  tools: readonly ToolName[] = ["exec_command"],
  dialect: ModelRequest["dialect"] = "lite",
): ModelRequest => ({
  model: "m",
  dialect,
  effort: undefined,
  instructions: "",
  prompt: "",
  calls: outcomes.map(
    (outcome, index): ModelCall => ({ callId: `c${index}`, name: "exec", input: "", outcome, running: undefined }),
  ),
  tools: new Set(tools),
  outputSchema: undefined,
});
const printed = (stdout: string): Outcome => ({ ...outcomeOf(true, stdout), exitCode: 0 });

const story = scriptOf(function* () {
  yield say("looking");
  const first = yield exec("ls");
  const todo = yield { kind: "todo", steps: [] };
  const found = yield { kind: "search", query: "q" };
  const second = yield exec(`cat ${first.stdout}`);
  return `${second.stdout}, ${todo.error ?? "planned"}, ${found.ok}`;
});

test("a story goes on where the outcomes end, and says what it said only once", () => {
  expect(story(request([]))).toEqual([say("looking"), exec("ls")]);
  expect(story(request([printed("a")]))).toEqual([exec("cat a")]);
  expect(story(request([printed("a"), printed("b")]))).toEqual([
    { kind: "answer", text: "b, tool not offered: update_plan, false" },
  ]);
});

test("a hosted search is sent along with the next call, and never awaited", () => {
  const moves: readonly Move[] = story(request([printed("a")], ["exec_command", "web_search"], "classic"));
  expect(moves).toEqual([{ kind: "search", query: "q" }, exec("cat a")]);
  expect(story(request([printed("a"), printed("b")], ["exec_command", "web_search"], "classic"))).toHaveLength(1);
});

test("a command that goes on is waited for", () => {
  const going = request([printed("")]);
  const running = { kind: "session", id: "7" } as const;
  const calls = going.calls.map((call) => ({ ...call, running }));
  expect(story({ ...going, calls })).toEqual([{ kind: "wait", running }]);
});
