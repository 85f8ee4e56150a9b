import type { Ledger } from "../ledger.ts";

type OpenTokens = NonNullable<Ledger["open"]>;

/** Tokens of one answer, as the provider reports them. */
export type Usage = Pick<
  Ledger,
  "inputTokens" | "cachedInputTokens" | "cacheWriteTokens" | "outputTokens" | "reasoningTokens"
>;

/** Tokens set aside for one request; ends with exactly one call. */
export interface Reservation {
  maxOutputTokens: number;
  /** Whether it is the budget that made the bound on the answer so small. */
  cutByBudget: boolean;
  /** What the provider reported. */
  settle(usage: Usage): void;
  /** Nothing was reported, but something may have been used: the whole reservation counts. */
  charge(): void;
  /** The provider refused: nothing was used. */
  release(): void;
}

export interface BudgetOptions {
  /** Tokens of a run, input and output, all attempts together. */
  limit: number;
  /** What was spent so far, and what is set aside for requests under way; kept up to date. */
  ledger: Ledger;
  /** Called after each change of the ledger: before a request is sent, and when it has ended. */
  changed(): void;
  /** Upper bound on one answer, reasoning included. @default 128_000, the longest that the models give */
  maxOutputTokens?: number;
}

/** An answer cut shorter than this is of no use: then the budget counts as used up. */
const leastOutputTokens = 1_000;

/**
 * The token budget of a run: reserved before a request is sent, so that requests side by side cannot overshoot. What is
 * reserved stands in the ledger, so that it counts also when this process dies while the model answers.
 */
export function createBudget({ limit, ledger, changed, maxOutputTokens = 128_000 }: BudgetOptions) {
  const opened = (): OpenTokens => ledger.open ?? { requests: 0, inputTokens: 0, outputTokens: 0 };
  const free = () => limit - ledger.inputTokens - ledger.outputTokens - opened().inputTokens - opened().outputTokens;

  /** Sets one request's tokens aside, or with -1 no longer. */
  function setAside(inputTokens: number, outputTokens: number, sign: 1 | -1 = 1): void {
    const before = opened();
    ledger.open = {
      requests: before.requests + sign,
      inputTokens: before.inputTokens + sign * inputTokens,
      outputTokens: before.outputTokens + sign * outputTokens,
    };
    if (ledger.open.requests === 0) delete ledger.open;
  }

  /** Undefined when the budget does not allow the request. `bytes` is the size of its body. */
  function reserve(bytes: number, askedOutputTokens = maxOutputTokens): Reservation | undefined {
    // Texts and code have three to four bytes a token. A body made to have more is paid as the provider reports it.
    const input = Math.ceil(bytes / 3);
    const wanted = Math.min(maxOutputTokens, askedOutputTokens);
    const output = Math.min(wanted, free() - input);
    if (output < Math.min(leastOutputTokens, askedOutputTokens)) return undefined;
    const tokens = input + output;
    setAside(input, output);
    changed();
    let open = true;
    const end = (count: () => void) => {
      if (!open) return;
      open = false;
      setAside(input, output, -1);
      count();
      changed();
    };
    return {
      maxOutputTokens: output,
      cutByBudget: output < wanted,
      settle: (usage) =>
        end(() => {
          ledger.requests++;
          ledger.reservedTokens += tokens;
          ledger.inputTokens += usage.inputTokens;
          ledger.cachedInputTokens += usage.cachedInputTokens;
          ledger.cacheWriteTokens += usage.cacheWriteTokens;
          ledger.outputTokens += usage.outputTokens;
          ledger.reasoningTokens += usage.reasoningTokens;
        }),
      charge: () =>
        end(() => {
          ledger.requests++;
          ledger.reservedTokens += tokens;
          ledger.estimatedTokens += tokens;
          ledger.inputTokens += input;
          ledger.outputTokens += output;
          ledger.estimated = true;
        }),
      release: () => end(() => {}),
    };
  }

  return { reserve, free };
}
export type Budget = ReturnType<typeof createBudget>;
