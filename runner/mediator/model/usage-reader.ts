import { createParser } from "eventsource-parser";
import * as z from "zod";
import type { Usage } from "./budget.ts";

const tokens = z.int().nonnegative();
export const usageSchema = z
  .object({
    input_tokens: tokens,
    input_tokens_details: z
      .object({ cached_tokens: tokens.optional(), cache_write_tokens: tokens.optional() })
      .nullish(),
    output_tokens: tokens,
    output_tokens_details: z.object({ reasoning_tokens: tokens.optional() }).nullish(),
  })
  .transform(
    ({ input_tokens, input_tokens_details, output_tokens, output_tokens_details }): Usage => ({
      inputTokens: input_tokens,
      cachedInputTokens: input_tokens_details?.cached_tokens ?? 0,
      cacheWriteTokens: input_tokens_details?.cache_write_tokens ?? 0,
      outputTokens: output_tokens,
      reasoningTokens: output_tokens_details?.reasoning_tokens ?? 0,
    }),
  );

const endEvent = z.object({
  type: z.enum(["response.completed", "response.incomplete", "response.failed"]),
  response: z.object({
    usage: usageSchema.nullish().catch(undefined),
    error: z.object({ code: z.string().nullish() }).nullish(),
    incomplete_details: z.object({ reason: z.string().nullish() }).nullish().catch(undefined),
  }),
});
const errorEvent = z.object({ type: z.literal("error"), code: z.string().nullish() });

/** How a stream of `POST /v1/responses` ended, as far as it says. */
export type StreamEnd =
  | { kind: "completed"; usage?: Usage }
  /** Cut at our bound (`max_output_tokens`), or by the provider's own rules. */
  | { kind: "incomplete"; usage?: Usage; reason?: string }
  | { kind: "failed"; usage?: Usage; code?: string };

/** Reads a stream on its way past; `end` is told once, when the last event was seen. */
export function createUsageReader(end: (how: StreamEnd) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ data }) => {
      // Most events are small pieces of text; only the last kinds are worth parsing.
      if (!/"type"\s*:\s*"(?:response\.(?:completed|incomplete|failed)|error)"/.test(data)) return;
      const event = readEvent(data);
      if (event) end(event);
    },
  });
  return (chunk) => parser.feed(decoder.decode(chunk, { stream: true }));
}

function readEvent(data: string): StreamEnd | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    // A broken event ends nothing: the stream then counts as cut.
    return undefined;
  }
  const end = endEvent.safeParse(value);
  if (end.success) {
    const { type, response } = end.data;
    const usage = response.usage ? { usage: response.usage } : {};
    const reason = response.incomplete_details?.reason;
    if (type === "response.incomplete") return { kind: "incomplete", ...usage, ...(reason && { reason }) };
    if (type === "response.completed") return { kind: "completed", ...usage };
    return { kind: "failed", ...usage, ...(response.error?.code && { code: response.error.code }) };
  }
  const error = errorEvent.safeParse(value);
  return error.success ? { kind: "failed", ...(error.data.code && { code: error.data.code }) } : undefined;
}
