import { randomUUID } from "node:crypto";
import type { OutputItem } from "./tool-items.ts";
import type { Usage } from "./usage.ts";

/** One server-sent event of the Responses API. */
export interface ResponseEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Texts arrive in pieces of about this many characters. */
const DELTA_LENGTH = 24;

/** How a response ends: as it should, cut off at `max_output_tokens`, or by an error of the server. */
export type Ending =
  | { readonly status: "completed" | "incomplete" }
  | { readonly status: "failed"; readonly error: { readonly code: string; readonly message: string } };

/**
 * The events of one streamed response, in the order in which the API sends them: `response.created`, `in_progress`, each
 * item added, told in pieces and done, then `response.completed`, `incomplete` or `failed`.
 */
export function responseEvents(
  model: string,
  items: readonly OutputItem[],
  usage: Usage,
  ending: Ending,
): ResponseEvent[] {
  const response = {
    id: `resp_${randomUUID().replaceAll("-", "")}`,
    object: "response",
    created_at: Math.floor(Date.now() / 1000),
    model,
    error: null,
    incomplete_details: null,
  };
  const opening = { response: { ...response, status: "in_progress", output: [], usage: null } };
  const closing = {
    ...response,
    status: ending.status,
    output: items,
    usage: ending.status === "failed" ? null : usage,
    error: ending.status === "failed" ? ending.error : null,
    incomplete_details: ending.status === "incomplete" ? { reason: "max_output_tokens" } : null,
  };
  return [
    { type: "response.created", ...opening },
    { type: "response.in_progress", ...opening },
    ...items.flatMap((item, index) => itemEvents(item, index)),
    { type: `response.${ending.status}`, response: closing },
  ];
}

function itemEvents(item: OutputItem, output_index: number): ResponseEvent[] {
  const at = { output_index, item_id: item["id"] };
  return [
    { type: "response.output_item.added", output_index, item: begun(item) },
    ...contentEvents(item, at),
    { type: "response.output_item.done", output_index, item },
  ];
}

function contentEvents(item: OutputItem, at: { output_index: number; item_id: unknown }): ResponseEvent[] {
  if (item.type === "function_call")
    return told("response.function_call_arguments", "arguments", String(item["arguments"]), at);
  if (item.type === "custom_tool_call")
    return told("response.custom_tool_call_input", "input", String(item["input"]), at);
  const part = item.type === "message" && Array.isArray(item["content"]) ? item["content"][0] : undefined;
  if (part === undefined) return [];
  const place = { ...at, content_index: 0 };
  return [
    { type: "response.content_part.added", ...place, part: { ...part, text: "" } },
    ...told("response.output_text", "text", String(part.text), place),
    { type: "response.content_part.done", ...place, part },
  ];
}

function told(type: string, field: string, text: string, at: Readonly<Record<string, unknown>>): ResponseEvent[] {
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${DELTA_LENGTH}}`, "gu")) ?? [];
  return [
    ...pieces.map((delta) => ({ type: `${type}.delta`, ...at, delta })),
    { type: `${type}.done`, ...at, [field]: text },
  ];
}

/** An item as it is announced: nothing in it yet. */
function begun(item: OutputItem): OutputItem {
  const empty = { arguments: "", input: "", content: [] };
  const fields = Object.entries(empty).filter(([field]) => field in item);
  return { ...item, ...("status" in item ? { status: "in_progress" } : {}), ...Object.fromEntries(fields) };
}

/** One event on the wire. */
export const toServerSent = (event: ResponseEvent, sequence_number: number): string =>
  `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`;
