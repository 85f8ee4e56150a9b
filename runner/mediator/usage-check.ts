import type { CodexUsage } from "../protocol.ts";
import type { Ledger } from "./ledger.ts";

type Counted = Pick<Ledger, "inputTokens" | "outputTokens" | "estimatedTokens">;

/**
 * What Codex counted (cumulative over its thread, which is one attempt's) against what went through the mediator in that
 * attempt; undefined when they agree. The mediator's count is the one that holds. It is larger where a command of the agent
 * called the model itself, where web searches cost tokens, and where a stream was cut. Pure.
 */
export function usageDifference(reported: CodexUsage, before: Counted, after: Counted) {
  const codex = { input: reported.input_tokens, output: reported.output_tokens };
  const mediator = {
    input: after.inputTokens - before.inputTokens,
    output: after.outputTokens - before.outputTokens,
    estimated: after.estimatedTokens - before.estimatedTokens,
  };
  return codex.input === mediator.input && codex.output === mediator.output ? undefined : { codex, mediator };
}
