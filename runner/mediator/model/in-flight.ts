/** Lets a bounded number of requests run at a time, and a bounded number wait for their turn. */
export function createInFlight(maxRunning: number, maxWaiting: number) {
  let running = 0;
  const waiting: (() => void)[] = [];

  /**
   * Resolves with a function that gives the turn back; undefined when too many wait already.
   * @throws the signal's reason when it is aborted while waiting
   */
  async function enter(signal: AbortSignal): Promise<(() => void) | undefined> {
    signal.throwIfAborted();
    if (running >= maxRunning) {
      if (waiting.length >= maxWaiting) return undefined;
      await new Promise<void>((resolve, reject) => {
        const turn = () => {
          signal.removeEventListener("abort", abort);
          resolve();
        };
        const abort = () => {
          waiting.splice(waiting.indexOf(turn), 1);
          reject(signal.reason);
        };
        signal.addEventListener("abort", abort, { once: true });
        waiting.push(turn);
      });
    } else {
      running++;
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = waiting.shift();
      if (next) next();
      else running--;
    };
  }

  return { enter };
}
export type InFlight = ReturnType<typeof createInFlight>;
