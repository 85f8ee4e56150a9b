/** Calls back again and again until the function that it answers with is called. */
export type Every = (tick: () => void) => () => void;

/** {@link Every} by the clock; it keeps no process alive. */
export function everyMs(intervalMs: number): Every {
  return (tick) => {
    const timer = setInterval(tick, intervalMs).unref();
    return () => clearInterval(timer);
  };
}

/** Looks at each tick, but never while an earlier look is still under way. `look` must not reject. */
export function poll(every: Every, look: () => Promise<void>): () => void {
  let isLooking = false;
  return every(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  });
}
