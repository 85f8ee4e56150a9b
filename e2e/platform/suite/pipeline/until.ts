import { setTimeout as wait } from "node:timers/promises";

export interface Patience {
  /** @default 420 seconds */
  limitMs?: number;
  /** @default 250 ms */
  everyMs?: number;
  /** What to tell besides, when it took too long. */
  explain?: () => Promise<string>;
}

/**
 * Looks again and again until there is something. A look that fails is one that found nothing: what is asked may be down.
 * @throws Error with what was waited for, the last failure and the explanation
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | null | false>,
  { limitMs = 420_000, everyMs = 250, explain }: Patience = {},
): Promise<T> {
  let cause: unknown;
  for (const end = performance.now() + limitMs; performance.now() < end; await wait(everyMs)) {
    try {
      const found = await look();
      if (found !== undefined && found !== null && found !== false) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
  }
  const more = await explain?.().catch((error: unknown) => `no explanation: ${error}`);
  throw new Error(`${what} did not come within ${limitMs / 1000} s${more ? `\n${more}` : ""}`, { cause });
}
