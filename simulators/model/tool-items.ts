import { randomUUID } from "node:crypto";
import type { Dialect } from "./request.ts";
import type { Move } from "./script.ts";

/** An output item as it stands in `response.output_item.done`. */
export type OutputItem = Readonly<Record<string, unknown>> & { readonly type: string };

/** The most that a command may run or print before Codex comes back to the model. */
const YIELD_MS = 30_000;
const MAX_OUTPUT_TOKENS = 20_000;

/** The output item for a move, in the words of the dialect (Codex 0.169; both measured with the real binary). */
export function toOutputItem(move: Move, dialect: Dialect): OutputItem {
  switch (move.kind) {
    case "say":
      return message(move.text, "commentary");
    case "answer":
      return message(move.text, "final_answer");
    case "exec": {
      const args = {
        cmd: move.command,
        yield_time_ms: move.yieldMs ?? YIELD_MS,
        max_output_tokens: MAX_OUTPUT_TOKENS,
        ...(move.login === undefined ? {} : { login: move.login }),
      };
      return dialect === "lite" ? javascript(runCommand(args)) : functionCall("exec_command", args);
    }
    case "patch":
      return dialect === "lite"
        ? javascript(
            `const done = await tools.apply_patch(${json(move.patch)});\n${print("0", "JSON.stringify(done)")}`,
          )
        : custom("apply_patch", move.patch, undefined);
    case "todo":
      return dialect === "lite"
        ? javascript(`await tools.update_plan(${json({ plan: move.steps })});\n${print("0", '"Plan updated"')}`)
        : functionCall("update_plan", { plan: move.steps });
    case "search":
      return dialect === "lite"
        ? javascript(
            `const found = await tools.web__run(${json({ search_query: [{ q: move.query }] })});\n${print("0", "typeof found === 'string' ? found : JSON.stringify(found)")}`,
          )
        : { type: "web_search_call", id: id("ws"), status: "completed", action: { type: "search", query: move.query } };
    case "wait":
      return move.running.kind === "cell"
        ? { ...functionCall("wait", { cell_id: move.running.id }), namespace: "functions" }
        : functionCall("write_stdin", { session_id: Number(move.running.id), chars: "", yield_time_ms: YIELD_MS });
    case "item":
      return { type: "message", ...move.item };
  }
}

/** A reasoning item as the API sends it to a client that stores nothing: opaque, to be sent back as it is. */
export const reasoningItem = (tokens: number): OutputItem => ({
  type: "reasoning",
  id: id("rs"),
  summary: [],
  encrypted_content: Buffer.alloc(Math.min(tokens, 256), "simulated reasoning ").toString("base64"),
});

const id = (prefix: string): string => `${prefix}_${randomUUID().replaceAll("-", "")}`;

// JSON is JavaScript, except inside a page; the isolate is none.
const json = (value: unknown): string => JSON.stringify(value);

const message = (text: string, phase: "commentary" | "final_answer"): OutputItem => ({
  type: "message",
  id: id("msg"),
  role: "assistant",
  status: "completed",
  phase,
  content: [{ type: "output_text", text, annotations: [] }],
});

const functionCall = (name: string, args: unknown): OutputItem => ({
  type: "function_call",
  id: id("fc"),
  status: "completed",
  call_id: id("call"),
  name,
  arguments: json(args),
});

const custom = (name: string, input: string, namespace: string | undefined): OutputItem => ({
  type: "custom_tool_call",
  id: id("ctc"),
  status: "completed",
  call_id: id("call"),
  name,
  ...(namespace === undefined ? {} : { namespace }),
  input,
});

const javascript = (code: string): OutputItem =>
  custom(
    "exec",
    `// @exec: ${json({ yield_time_ms: YIELD_MS, max_output_tokens: MAX_OUTPUT_TOKENS })}\n${code}`,
    "functions",
  );

const print = (exitCode: string, stdout: string): string =>
  `text(JSON.stringify({ exitCode: ${exitCode}, stdout: ${stdout} }));`;

/** JavaScript that runs a command to its end, however long it takes. */
const runCommand = (args: unknown): string => `let run = await tools.exec_command(${json(args)});
let stdout = run.output;
while (run.session_id !== undefined) {
  run = await tools.write_stdin({ session_id: run.session_id, chars: "", yield_time_ms: ${YIELD_MS} });
  stdout += run.output;
}
${print("run.exit_code", "stdout")}`;
