/** What of `process` is needed. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** The signals that end a program, and so does a terminal that is closed. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Nobody presses twice so soon, in milliseconds; but what a terminal sends to all, npm and its like may send once more. */
const sameMs = 400;

/**
 * The first signal asks for an end in order (`stop`), the second one for an end at once (`endNow`). Answers what lets go
 * of the signals again.
 */
export function onStopSignals(
  source: SignalSource,
  stop: (signal: string) => void,
  endNow: () => void,
  now: () => number = () => performance.now(),
): () => void {
  let askedAt: number | undefined;
  const listeners = signals.map((signal) => {
    const listener = () => {
      if (askedAt === undefined) {
        askedAt = now();
        stop(signal);
      } else if (now() - askedAt >= sameMs) endNow();
    };
    source.on(signal, listener);
    return [signal, listener] as const;
  });
  return () => {
    for (const [signal, listener] of listeners) source.off(signal, listener);
  };
}
