import { z } from "zod";
import { type Outcome, type Running, readOutcome } from "./outcome.ts";

const toolSchema: z.ZodType<Tool> = z.looseObject({
  type: z.string().optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  get tools() {
    return z.array(toolSchema).optional();
  },
});
interface Tool {
  type?: string | undefined;
  name?: string | undefined;
  description?: string | undefined;
  tools?: Tool[] | undefined;
}

const contentSchema = z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]);

const itemSchema = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: contentSchema.nullish(),
  call_id: z.string().optional(),
  name: z.string().optional(),
  arguments: z.string().optional(),
  input: z.string().optional(),
  output: contentSchema.optional(),
  tools: z.array(toolSchema).optional(),
});
type Item = z.infer<typeof itemSchema>;

/** What we read of the body of `POST /v1/responses`; everything else passes unseen. */
export const responsesBodySchema = z.looseObject({
  model: z.string().min(1),
  stream: z.literal(true),
  instructions: z.string().nullish(),
  input: z.union([z.string(), z.array(itemSchema)]),
  tools: z.array(toolSchema).optional(),
  reasoning: z.looseObject({ effort: z.string().nullish() }).nullish(),
  text: z
    .looseObject({
      format: z
        .looseObject({
          type: z.string(),
          name: z.string().optional(),
          strict: z.boolean().nullish(),
          schema: z.record(z.string(), z.json()).optional(),
        })
        .optional(),
    })
    .nullish(),
  prompt_cache_key: z.string().nullish(),
  max_output_tokens: z.number().int().positive().nullish(),
});
export type ResponsesBody = z.infer<typeof responsesBodySchema>;

/** `lite`: 5.6 and 6.x models, tools in an input item, driven by JavaScript. `classic`: 5.5 and unknown models. */
export type Dialect = "lite" | "classic";

/** The tools we know how to use; `web_search` is `web__run` in the lite dialect. */
export const TOOLS = ["exec_command", "apply_patch", "update_plan", "web_search"] as const;
export type ToolName = (typeof TOOLS)[number];

/** A call that the model made earlier in this turn. */
export interface ModelCall {
  readonly callId: string;
  readonly name: string;
  /** JSON arguments of a function call, the input of a custom one. */
  readonly input: string;
  /** Undefined while Codex has not answered it. */
  readonly outcome: Outcome | undefined;
  /** Set while the command goes on; it has to be waited for. */
  readonly running: Running | undefined;
}

/** What a script is asked. */
export interface ModelRequest {
  readonly model: string;
  readonly dialect: Dialect;
  readonly effort: string | undefined;
  /** What Codex tells the model besides the prompt: `instructions` and the developer messages. */
  readonly instructions: string;
  /** The last thing that the user wrote. */
  readonly prompt: string;
  /** The calls made since then, oldest first. Waiting for a command is folded into the call that started it. */
  readonly calls: readonly ModelCall[];
  readonly tools: ReadonlySet<ToolName>;
  /** The JSON Schema that the answer has to meet, if there is one. */
  readonly outputSchema: Readonly<Record<string, z.core.util.JSONType>> | undefined;
}

/** What Codex itself puts into user messages, as against what the user wrote. */
const CODEX_OWN = /^\s*(<environment_context>|<user_instructions>|# AGENTS\.md instructions|<skill>|<turn_aborted>)/;

/** Reads a request body in either dialect (codex-cli 0.169: two dialects of one API). */
export function parseRequest(body: ResponsesBody): ModelRequest {
  const items = typeof body.input === "string" ? [{ role: "user", content: body.input } satisfies Item] : body.input;
  const offered = items.filter((item) => item.type === "additional_tools").flatMap((item) => item.tools ?? []);
  const last = items.findLastIndex((item) => item.role === "user" && !CODEX_OWN.test(textOf(item.content)));
  return {
    model: body.model,
    dialect: offered.length > 0 ? "lite" : "classic",
    effort: body.reasoning?.effort ?? undefined,
    instructions: [body.instructions ?? "", ...items.filter(isDeveloper).map((item) => textOf(item.content))].join(
      "\n\n",
    ),
    prompt: last < 0 ? "" : textOf(items[last]?.content),
    calls: callsOf(items.slice(last + 1)),
    tools: toolsOf([...(body.tools ?? []), ...offered]),
    outputSchema: body.text?.format?.type === "json_schema" ? body.text.format.schema : undefined,
  };
}

const isDeveloper = (item: Item) => item.role === "developer" || item.role === "system";

const textOf = (content: Item["content"] | Item["output"]): string =>
  typeof content === "string" ? content : (content ?? []).map((part) => part.text ?? "").join("");

function toolsOf(tools: readonly Tool[]): Set<ToolName> {
  const names = new Set<string>();
  for (const tool of tools) {
    names.add(tool.name ?? tool.type ?? "");
    for (const nested of tool.tools ?? []) {
      for (const match of (nested.description ?? "").matchAll(/declare const tools: \{ (\w+)\(/g)) {
        names.add(match[1] === "web__run" ? "web_search" : (match[1] ?? ""));
      }
    }
  }
  return new Set(TOOLS.filter((name) => names.has(name)));
}

function callsOf(items: readonly Item[]): ModelCall[] {
  const calls: ModelCall[] = [];
  for (const [index, item] of items.entries()) {
    if ((item.type !== "function_call" && item.type !== "custom_tool_call") || item.call_id === undefined) continue;
    const input = item.input ?? item.arguments ?? "";
    const answer = items.slice(index + 1).find((later) => later.call_id === item.call_id && later.output !== undefined);
    const { outcome, running } =
      answer === undefined ? { outcome: undefined, running: undefined } : readOutcome(partsOf(answer));
    const call: ModelCall = { callId: item.call_id, name: item.name ?? "", input, outcome, running };
    const awaited = calls.at(-1);
    if (awaited?.running !== undefined && continues(call, awaited.running))
      calls[calls.length - 1] = continued(awaited, call);
    else calls.push(call);
  }
  return calls;
}

const partsOf = (item: Item): string[] =>
  typeof item.output === "string" ? [item.output] : (item.output ?? []).map((part) => part.text ?? "");

const continues = (call: ModelCall, running: Running): boolean =>
  call.name === (running.kind === "cell" ? "wait" : "write_stdin") && call.input.includes(running.id);

const continued = (before: ModelCall, next: ModelCall): ModelCall => ({
  ...before,
  running: next.running,
  outcome: next.outcome && { ...next.outcome, stdout: (before.outcome?.stdout ?? "") + next.outcome.stdout },
});
