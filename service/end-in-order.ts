import { errorFields } from "./error-fields.ts";
import { within } from "./serve/within.ts";
import type { ServiceLog } from "./service-log.ts";

/** One thing to end. It is given the milliseconds it may take, and may resolve to false when it had to cut something. */
export interface Ending {
  name: string;
  end: (ms: number) => Promise<unknown>;
}

/**
 * Ends one thing after the other, all within `graceMs`: each may take three quarters of the time that is left, so that
 * something remains for what comes after it. Resolves to whether everything was finished; what was not is logged.
 */
export async function endInOrder(endings: readonly Ending[], graceMs: number, log: ServiceLog): Promise<boolean> {
  const ends = performance.now() + graceMs;
  let finished = true;
  for (const { name, end } of endings) {
    const ms = Math.max(0, Math.floor((ends - performance.now()) * 0.75));
    try {
      // A little later than it was told, so that it can cut by itself what it must.
      if ((await within(name, ms + 100, () => end(ms))) !== false) continue;
      log.error({ graceMs }, `cut: ${name}`);
    } catch (error) {
      log.error({ graceMs, ...errorFields(error) }, `not ended in order: ${name}`);
    }
    finished = false;
  }
  return finished;
}
