import type { OutgoingRecord } from "../publisher.ts";

/** A record as it goes out, under the topic's name on the brokers. */
export interface SizedRecord {
  topic: string;
  key: string;
  headers: Record<string, string>;
  value: Buffer;
  /** In a record batch: value, key, headers and their framing, rounded up. */
  bytes: number;
}

export function sizedRecord(record: OutgoingRecord, topic: string): SizedRecord {
  const { key, headers } = record;
  const value = Buffer.isBuffer(record.value) ? record.value : Buffer.from(record.value);
  let bytes = value.length + Buffer.byteLength(key) + 64;
  for (const [name, text] of Object.entries(headers)) bytes += name.length + Buffer.byteLength(text) + 8;
  return { topic, key, headers, value, bytes };
}
