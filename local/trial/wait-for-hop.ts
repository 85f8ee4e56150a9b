import { codes, parseNoteIds } from "@froussard/contract";
import { RequestError } from "@octokit/request-error";
import { type Hop, type Sight, stateOf, toldFailure } from "./hops.ts";
import type { TellTrial } from "./trial-event.ts";

/** A trial that did not come to its end, with where to look. */
export class TrialFailure extends Error {
  readonly look: readonly string[];

  constructor(message: string, look: readonly string[] = []) {
    super(message);
    this.name = "TrialFailure";
    this.look = look;
  }
}

export interface Waiting {
  look(): Promise<Sight>;
  tell: TellTrial;
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
  /** Rejects when the trial is stopped. */
  sleep(ms: number): Promise<void>;
  pollMs: number;
  /** Comments of the pipeline that were shown already. */
  shownNotes: Set<number>;
}

/**
 * Looks again and again until the hop was seen.
 * @throws TrialFailure when its limit is over, or the pipeline tells that it will not come
 */
export async function waitForHop(hop: Hop, waiting: Waiting): Promise<Sight> {
  const { look, now, sleep, pollMs, tell } = waiting;
  const until = now() + hop.limitMs;
  let last: Sight | undefined;
  for (;;) {
    try {
      last = await look();
    } catch (error) {
      // GitHub may be away for a moment, which says nothing of the pipeline.
      if (!(error instanceof RequestError && error.status >= 500)) throw error;
      tell({ event: "warning", message: `GitHub could not be asked (${error.message}); trying again` });
    }
    if (last !== undefined) {
      showNotes(last, waiting);
      if (hop.seen(last)) return last;
      const failure = toldFailure(last);
      if (failure) throw told(hop, failure);
      if (last.snapshot.issue.state === "CLOSED") throw new TrialFailure("the issue was closed before the trial ended");
    }
    if (now() >= until) throw hung(hop, last);
    await sleep(Math.min(pollMs, Math.max(0, until - now())));
  }
}

function showNotes({ trace }: Sight, { shownNotes, tell }: Waiting): void {
  for (const { id, body, url } of trace.notes) {
    if (shownNotes.has(id)) continue;
    shownNotes.add(id);
    tell({
      event: "warning",
      message: `the pipeline has something to say (${parseNoteIds(body)?.code ?? "a note"}): ${url}`,
    });
  }
}

function told(hop: Hop, { ids, comment }: NonNullable<ReturnType<typeof toldFailure>>): TrialFailure {
  const code = ids.code ?? "internal";
  const { text, next } = codes[code];
  return new TrialFailure(`instead of ${hop.what}, the pipeline tells: ${text} (${ids.stage}, ${code})`, [
    comment.url,
    next,
  ]);
}

function hung({ id, what, limitMs, look }: Hop, last: Sight | undefined): TrialFailure {
  const minutes = Math.round(limitMs / 6_000) / 10;
  const state = last === undefined ? "GitHub never answered" : `the issue has ${stateOf(last)}`;
  return new TrialFailure(`hung at "${id}": waited ${minutes} min for ${what}; ${state}`, look);
}
