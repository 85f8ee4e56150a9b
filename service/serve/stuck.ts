export interface Ages {
  /** Of the oldest request that has not been answered. Milliseconds. */
  requestMs: number;
  /** Of the oldest publishing that was neither acknowledged nor refused. Milliseconds. */
  publishMs: number;
}

/** Both have been given up long before, unless something hangs that nothing in this process will end. */
const deadlines = 6;

/**
 * Why only a new process helps, or undefined. A Kafka that refuses or does not answer is no reason: each try ends with its
 * deadline then, and a new process would get no further. A blocked event loop needs no words, for nobody answers then.
 */
export function stuckReason({ requestMs, publishMs }: Ages, deadlineMs: number): string | undefined {
  const isStuck = (ms: number) => ms > deadlines * deadlineMs;
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  if (isStuck(publishMs))
    return `the publisher has not answered for ${seconds(publishMs)}, though it was given ${seconds(deadlineMs)} at most`;
  if (isStuck(requestMs))
    return `a request has been in hand for ${seconds(requestMs)}, though it was given ${seconds(deadlineMs)}`;
  return undefined;
}
