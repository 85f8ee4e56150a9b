import { parseRequest } from "@froussard/simulators/model/request";
import { exec, scriptOf } from "@froussard/simulators/model/script";
import { expect, test } from "vitest";
import { directed } from "./directed.ts";

const other = scriptOf(function* () {
  yield exec("ls");
  return "done";
});
const output = (id: string) => ({ type: "function_call_output", call_id: id, output: "Exit code: 0\nok" });
const call = (id: string) => ({
  ...{ type: "function_call", call_id: id, name: "exec_command", arguments: '{"cmd":"x"}' },
});
const request = (prompt: string, calls = 0) =>
  parseRequest({
    model: "m",
    stream: true,
    tools: [{ type: "function", name: "exec_command" }],
    input: [
      { role: "user", content: prompt },
      ...Array.from({ length: calls }, (_, at) => [call(`c${at}`), output(`c${at}`)]).flat(),
    ],
  });

test("a prompt that holds the text runs its commands first, and then the other script goes on from its own beginning", () => {
  const script = directed([{ match: "HOSTILE", commands: ["id", "env"] }], other);
  expect(script(request("HOSTILE"))).toEqual([exec("id")]);
  expect(script(request("HOSTILE", 1))).toEqual([exec("env")]);
  expect(script(request("HOSTILE", 2))).toEqual([exec("ls")]);
  expect(script(request("HOSTILE", 3))).toEqual([{ kind: "answer", text: "done" }]);
  expect(script(request("friendly"))).toEqual([exec("ls")]);
});

test("with an answer, that is the end", () => {
  const script = directed([{ match: "HOSTILE", commands: ["id"], answer: "{}" }], other);
  expect(script(request("HOSTILE", 1))).toEqual([{ kind: "answer", text: "{}" }]);
});
