import { RunFailure } from "@froussard/contract";
import type { Reservation } from "./budget.ts";
import { failureOf } from "./upstream-failure.ts";
import { createUsageReader, type StreamEnd, usageSchema } from "./usage-reader.ts";

/** Sees an answer pass, and settles what was reserved for it from what the provider reports. */
export interface AnswerObserver {
  chunk(chunk: Buffer): void;
  /** The answer came to its end; one that is cut does not. */
  end(): void;
}

type NoteFailure = (failure: RunFailure | undefined) => void;

/** Observes an answer by its content type: a stream of events, or one document of JSON. */
export function observeAnswer(type: string, reservation: Reservation, noteFailure: NoteFailure): AnswerObserver {
  return type.startsWith("text/event-stream")
    ? observeStream(reservation, noteFailure)
    : observeDocument(reservation, noteFailure);
}

function observeStream(reservation: Reservation, noteFailure: NoteFailure): AnswerObserver {
  let ended = false;
  const read = createUsageReader((end) => {
    ended = true;
    if (end.usage) reservation.settle(end.usage);
    else if (end.kind === "failed") reservation.release();
    noteFailure(failureAt(end, reservation));
  });
  return {
    chunk: read,
    end: () => {
      if (!ended) noteFailure(new RunFailure("model-unavailable", "the model provider's answer was cut off"));
    },
  };
}

function observeDocument(reservation: Reservation, noteFailure: NoteFailure): AnswerObserver {
  const chunks: Buffer[] = [];
  return {
    chunk: (chunk) => {
      chunks.push(chunk);
    },
    end: () => {
      const usage = usageIn(Buffer.concat(chunks).toString("utf8"));
      if (usage) reservation.settle(usage);
      noteFailure(undefined);
    },
  };
}

/** What the end of a stream means for the run when Codex ends with it. */
function failureAt(end: StreamEnd, { cutByBudget, maxOutputTokens }: Reservation): RunFailure | undefined {
  if (end.kind === "completed") return undefined;
  if (end.kind === "failed") return failureOf(statusOf(end.code), end.code);
  if (end.reason !== "max_output_tokens")
    return new RunFailure("agent-failed", "the model provider ended an answer before it was complete");
  const cut = `an answer of the model was cut at ${maxOutputTokens} tokens`;
  return cutByBudget
    ? new RunFailure("budget-exhausted", `${cut}, all that the run's token budget allowed`)
    : new RunFailure("agent-failed", `${cut}, the longest that is allowed`);
}

/** The HTTP status that an error inside a stream would have had. */
function statusOf(code: string | undefined): number {
  if (code === "rate_limit_exceeded") return 429;
  return code === undefined || code.startsWith("server_") ? 500 : 400;
}

function usageIn(text: string) {
  try {
    return usageSchema.safeParse((JSON.parse(text) as { usage?: unknown } | null)?.usage).data;
  } catch {
    // Not JSON: the reservation is charged.
    return undefined;
  }
}
