import { setTimeout as sleep } from "node:timers/promises";

export interface ProgressBoard<T> {
  /** Shows this state as soon as the interval allows; a newer one replaces it while it waits. */
  show(state: T): void;
  /**
   * What waits is shown at once. Resolves when nothing is under way or waiting any more, or after this many milliseconds:
   * then it goes on by itself.
   */
  flush(patienceMs: number): Promise<void>;
}

/**
 * Posts the newest of many states, one at a time and at most once an interval: GitHub limits how often comments change,
 * and nobody reads faster. A post that fails is told and forgotten; the next state is another chance.
 */
export function createProgressBoard<T>(options: {
  post(state: T): Promise<void>;
  intervalMs: number;
  onError(error: unknown): void;
}): ProgressBoard<T> {
  const { post, intervalMs, onError } = options;
  let waiting: { state: T } | undefined;
  let running: Promise<void> | undefined;
  let hurry = new AbortController();

  async function run(): Promise<void> {
    while (waiting) {
      const { state } = waiting;
      waiting = undefined;
      try {
        await post(state);
      } catch (error) {
        onError(error);
      }
      // Cut short by flush, which wants the last state shown now.
      if (!hurry.signal.aborted)
        await sleep(intervalMs, undefined, { signal: hurry.signal, ref: false }).catch(() => {});
    }
  }

  return {
    show(state) {
      waiting = { state };
      running ??= run().finally(() => {
        running = undefined;
      });
    },
    async flush(patienceMs) {
      hurry.abort();
      const flushed = (running ?? Promise.resolve()).then(() => {
        hurry = new AbortController();
      });
      const patience = new AbortController();
      const { signal } = patience;
      await Promise.race([flushed, sleep(patienceMs, undefined, { signal, ref: false }).catch(() => {})]);
      patience.abort();
    },
  };
}
