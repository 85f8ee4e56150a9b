import * as z from "zod";
import type { CodexSettings } from "../../protocol.ts";

/** What the provider would fetch, or look up in its own store, on the model's behalf. */
const foreign = ["file_id", "file_url", "file_ids", "container", "container_id", "server_url", "connector_id"];

/**
 * Refuses references that a request could make the provider follow: stored files, other responses, and pictures by
 * address (a fetch that could carry text out). Names inside JSON Schemas of tools are no strings and pass.
 */
function inertContent(value: unknown, path: (string | number)[], found: (path: (string | number)[]) => void): void {
  if (Array.isArray(value)) {
    value.forEach((each, index) => {
      inertContent(each, [...path, index], found);
    });
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (typeof each === "string" && foreign.includes(key)) found([...path, key]);
    else if (key === "image_url" && addressIn(each)?.startsWith("data:") === false) found([...path, key]);
    else inertContent(each, [...path, key], found);
  }
}

/** A picture's address, as it is or in an object of its own; in a JSON Schema there is none. */
function addressIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return typeof value === "string" ? value : undefined;
  return "url" in value && typeof value.url === "string" ? value.url : undefined;
}

/** Types of input items that Codex 0.169 sends in its two dialects. */
const itemTypes = [
  "message",
  "reasoning",
  "function_call",
  "function_call_output",
  "custom_tool_call",
  "custom_tool_call_output",
  "local_shell_call",
  "tool_search_call",
  "tool_search_output",
  "web_search_call",
  "agent_message",
  "compaction",
  "compaction_summary",
  "compaction_trigger",
  "context_compaction",
] as const;

/**
 * What Codex may send to `POST /v1/responses` under these settings, in the dialect with `tools` and in the "lite" one
 * with `additional_tools`: an allow-list, so that a command of the model gains nothing by sending requests itself.
 */
export function responsesRequest({ model, effort, webSearch }: Pick<CodexSettings, "model" | "effort" | "webSearch">) {
  const reasoning = z.strictObject({
    effort: z.literal(effort).nullish(),
    summary: z.enum(["auto", "concise", "detailed"]).nullish(),
    context: z.enum(["auto", "all_turns", "current_turn"]).nullish(),
  });
  const searchTool = z.strictObject({
    type: z.literal("web_search"),
    external_web_access: z.boolean().optional(),
    search_content_types: z.array(z.enum(["text", "image"])).optional(),
    search_context_size: z.enum(["low", "medium", "high"]).optional(),
    filters: z.unknown().optional(),
    user_location: z.unknown().optional(),
  });
  const plainTool = z.looseObject({ type: z.enum(["function", "custom"]), name: z.string() });
  const toolSearch = z.looseObject({ type: z.literal("tool_search"), execution: z.literal("client") });
  const namespace = z.looseObject({
    type: z.literal("namespace"),
    name: z.string(),
    tools: z.array(plainTool),
  });
  const tool = z.discriminatedUnion("type", [
    plainTool,
    toolSearch,
    namespace,
    ...(webSearch === "disabled" ? [] : [searchTool]),
  ]);
  const item = z.discriminatedUnion("type", [
    z.looseObject({ type: z.enum(itemTypes) }),
    z.looseObject({ type: z.literal("additional_tools"), tools: z.array(tool) }),
    z.strictObject({ type: z.literal("configuration_update"), id: z.string().optional(), reasoning }),
  ]);

  return z
    .strictObject({
      model: z.literal(model),
      stream: z.literal(true),
      store: z.literal(false),
      background: z.literal(false).optional(),
      previous_response_id: z.null().optional(),
      instructions: z.string().optional(),
      input: z.array(item),
      tools: z.array(tool).optional(),
      tool_choice: z.enum(["auto", "none", "required"]).optional(),
      parallel_tool_calls: z.boolean().optional(),
      reasoning: reasoning.nullish(),
      include: z.array(z.enum(["reasoning.encrypted_content", "web_search_call.action.sources"])).optional(),
      prompt_cache_key: z.string().max(200).optional(),
      text: z
        .strictObject({
          verbosity: z.enum(["low", "medium", "high"]).nullish(),
          format: z.looseObject({ type: z.enum(["text", "json_schema", "json_object"]) }).nullish(),
        })
        .nullish(),
      service_tier: z.enum(["auto", "default"]).nullish(),
      max_output_tokens: z.int().positive().nullish(),
      client_metadata: z.unknown().optional(),
    })
    .superRefine(checkInput);
}

function checkInput({ input }: { input?: unknown }, context: z.RefinementCtx): void {
  inertContent(input, ["input"], (path) => {
    context.addIssue({ code: "custom", path, message: "may not refer to anything outside the request" });
  });
}

/** What Codex may send to `POST /v1/alpha/search`, the web search of the lite dialect. */
export function searchRequest({ model }: Pick<CodexSettings, "model">) {
  return z
    .strictObject({
      id: z.string().max(200).optional(),
      model: z.literal(model),
      input: z.unknown().optional(),
      reasoning: z.unknown().optional(),
      commands: z.record(z.string(), z.unknown()),
      settings: z.looseObject({}).optional(),
      max_output_tokens: z.int().positive().nullish(),
    })
    .superRefine(checkInput);
}
