import { RunFailure } from "@froussard/contract";
import * as z from "zod";
import { ModelError } from "./model-error.ts";

const word = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,100}$/)
  .nullish()
  .catch(undefined);
const errorBody = z.object({ error: z.object({ message: z.string().catch(""), type: word, code: word, param: word }) });

/** What the provider's refusal means: the answer for Codex, and for the run when it repeats or is final. */
export interface UpstreamFailure {
  answer: ModelError;
  failure?: RunFailure;
}

/** Reads an answer that is no success. `secret` and whatever looks like a key is taken out of its words. */
export function upstreamFailure(
  status: number,
  body: string,
  retryAfter: string | null,
  secret: string,
): UpstreamFailure {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // A proxy's HTML page, for example: the status alone tells.
    value = undefined;
  }
  const { message = "", type, code, param } = errorBody.safeParse(value).data?.error ?? {};
  // A redirect or another odd status would only confuse Codex.
  const shown = status >= 400 && status <= 599 ? status : 502;
  const words = redact(message, secret) || `the model provider answered ${status}`;
  const failure = failureOf(shown, code ?? type ?? undefined);
  return {
    answer: new ModelError(shown, words, {
      ...(type && { type }),
      ...(code && { code }),
      ...(param && { param }),
      ...(retryAfter && /^[0-9]{1,5}$/.test(retryAfter) && { headers: { "retry-after": retryAfter } }),
    }),
    ...(failure && { failure }),
  };
}

const finalCodes = new Set([
  "insufficient_quota",
  "invalid_api_key",
  "model_not_found",
  "billing_not_active",
  "unsupported_model",
]);

/** The run's failure behind a status and OpenAI's error code; undefined when it is the request that was wrong. */
export function failureOf(status: number, code: string | undefined): RunFailure | undefined {
  const said = `the model provider answered ${status}${code ? ` (${code})` : ""}`;
  if (status === 401 || status === 403 || (code !== undefined && finalCodes.has(code)))
    return new RunFailure("model-refused", said);
  if (status === 429 || status >= 500) return new RunFailure("model-unavailable", said);
  if (status === 404) return new RunFailure("model-refused", said);
  return undefined;
}

function redact(message: string, secret: string): string {
  return message
    .replaceAll(secret, "***")
    .replace(/\b(?:sk|sess|pk)-[A-Za-z0-9_*.-]{3,}/g, "***")
    .slice(0, 1_000);
}
