/** Settles as `work` does, or rejects after `ms`, naming `what`. The work is told to stop by the signal it gets. */
export async function within<T>(what: string, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = new AbortController();
  const timer = setTimeout(() => {
    reject(new Error(`${what} took longer than ${ms} ms`));
    stop.abort();
  }, ms);
  try {
    return await Promise.race([work(stop.signal), promise]);
  } finally {
    clearTimeout(timer);
  }
}
