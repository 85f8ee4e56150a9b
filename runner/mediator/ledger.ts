import type { Prices } from "@froussard/contract";
import * as z from "zod";
import { reasoningEfforts, sandboxPolicies, sandboxProof } from "../protocol.ts";

const count = z.int().nonnegative();
/** Absent in what older versions wrote. */
const laterCount = count.default(0);

/**
 * What a run has cost so far, all its attempts together. Tokens are the provider's where it reported them, and the
 * reservation where a stream was cut.
 */
export const ledgerSchema = z.strictObject({
  model: z.string().max(200),
  effort: z.enum(reasoningEfforts).exactOptional(),
  sandbox: z.enum(sandboxPolicies).exactOptional(),
  /** What the agent's canary found before the last attempt, as the agent says. Absent until it has looked. */
  proof: sandboxProof.omit({ policy: true }).exactOptional(),
  codexVersion: z.string().max(100).exactOptional(),
  promptSha256: z.string().max(64),
  inputTokens: count,
  /** Of the input: what the provider had in its cache, and what it wrote there. */
  cachedInputTokens: count,
  cacheWriteTokens: laterCount,
  outputTokens: count,
  /** Of the output: what was thought and not said. */
  reasoningTokens: laterCount,
  /** What was set aside for the requests that are counted here, before each was sent. */
  reservedTokens: laterCount,
  /** Of input and output: what nobody reported, because a stream was cut. */
  estimatedTokens: laterCount,
  requests: count,
  /** Set aside for requests that were sent and have not ended. Absent when there are none. See {@link withOpenCharged}. */
  open: z.strictObject({ requests: count, inputTokens: count, outputTokens: count }).exactOptional(),
  /** Wall time of the agent, all attempts together. */
  seconds: z.number().nonnegative(),
  /** Whether a cut stream was charged its reservation, so that the sum is an upper bound. */
  estimated: z.boolean(),
  /** Amount and currency, by the prices that were set: `0.0231 USD`. Absent without prices. */
  cost: z
    .string()
    .regex(/^\d+\.\d{4} [A-Z]{3}$/)
    .exactOptional(),
});
export type Ledger = z.output<typeof ledgerSchema>;

export function emptyLedger(model: string, how: Pick<Ledger, "effort" | "sandbox"> = {}): Ledger {
  return {
    model,
    ...how,
    promptSha256: "",
    inputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    reservedTokens: 0,
    estimatedTokens: 0,
    requests: 0,
    seconds: 0,
    estimated: false,
  };
}

/**
 * The ledger of a process that has ended: nobody can tell any more what its requests under way have used, so that what was
 * set aside for them counts, as where a stream was cut. The cost was told without them, and is left out. Pure.
 */
export function withOpenCharged(of: Ledger): Ledger {
  const { open, cost: _, ...ledger } = of;
  if (!open) return of;
  const tokens = open.inputTokens + open.outputTokens;
  return {
    ...ledger,
    inputTokens: ledger.inputTokens + open.inputTokens,
    outputTokens: ledger.outputTokens + open.outputTokens,
    reservedTokens: ledger.reservedTokens + tokens,
    estimatedTokens: ledger.estimatedTokens + tokens,
    requests: ledger.requests + open.requests,
    estimated: true,
  };
}

/** What the tokens of a ledger cost. Cache reads and writes are parts of the input, each with a price of its own. Pure. */
export function costOf(ledger: Ledger, prices: Prices): string {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = ledger;
  const plain = Math.max(0, inputTokens - cachedInputTokens - cacheWriteTokens);
  const millionths =
    plain * prices.input +
    cachedInputTokens * prices.cached +
    cacheWriteTokens * prices.cacheWrite +
    outputTokens * prices.output;
  return `${(millionths / 1_000_000).toFixed(4)} ${prices.currency}`;
}
