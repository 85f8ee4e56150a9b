import type { SizedRecord } from "./sized-record.ts";

/** Records that are published together; `alone` when they must not share a request with others. */
export interface Member {
  records: readonly SizedRecord[];
  alone: boolean;
}

/**
 * How many of the waiting members, from the first one on, go into one request: those that together stay within `maxBytes`
 * a topic, and one at least. The brokers' limit counts a whole record batch, that is everything for one partition.
 */
export function groupLength(waiting: readonly Member[], maxBytes: number): number {
  if (waiting[0]?.alone) return 1;
  const bytes = new Map<string, number>();
  for (const [index, { records, alone }] of waiting.entries()) {
    for (const record of records) bytes.set(record.topic, (bytes.get(record.topic) ?? 0) + record.bytes);
    if (index > 0 && (alone || bytes.values().some((total) => total > maxBytes))) return index;
  }
  return waiting.length;
}
