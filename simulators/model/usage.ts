/** Tokens as the Responses API reports them. */
export interface Usage {
  readonly input_tokens: number;
  readonly input_tokens_details: { readonly cached_tokens: number };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly reasoning_tokens: number };
  readonly total_tokens: number;
}

/** A rule of thumb for English and code. */
const BYTES_PER_TOKEN = 4;
/** The API caches prefixes from 1,024 tokens on, in steps of 128. */
const CACHE_MINIMUM = 1024;
const CACHE_STEP = 128;
const REASONING_SHARE: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 0.25,
  low: 0.5,
  medium: 1,
  high: 2,
  xhigh: 3,
};

export const tokensIn = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);

export const reasoningTokens = (visible: number, effort: string | undefined): number =>
  Math.round(visible * (REASONING_SHARE[effort ?? "medium"] ?? 1));

/**
 * The usage of one response, counted from bytes.
 *
 * @param input the request's input as sent, @param before the same of the last request with this cache key
 * @param visible tokens of the items that the model wrote, @param reasoning tokens that it thought
 */
export function usageOf(input: string, before: string, visible: number, reasoning: number): Usage {
  const tokens = tokensIn(input);
  const shared = Math.floor(commonPrefix(input, before) / BYTES_PER_TOKEN);
  const output = visible + reasoning;
  return {
    input_tokens: tokens,
    input_tokens_details: { cached_tokens: shared < CACHE_MINIMUM ? 0 : shared - (shared % CACHE_STEP) },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: tokens + output,
  };
}

/** In characters, which for a lower bound is close enough to bytes. */
function commonPrefix(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}
