import { randomUUID } from "node:crypto";
import { Consumer, stringDeserializers } from "@platformatic/kafka";
import type { Broker } from "./start-broker.ts";
import { users } from "./users.ts";

/** A record as it lies in a topic. */
export interface StoredRecord {
  partition: number;
  offset: bigint;
  key: string;
  headers: Record<string, string>;
  value: Buffer;
}

/** A broker, as far as reading needs it. */
export interface TopicSource extends Pick<Broker, "admin"> {
  /** @default 127.0.0.1 */
  host?: string;
  ports: Pick<Broker["ports"], "plain">;
}

/** All records of a topic up to its end as it is now, by partition and offset. */
export async function readTopic(broker: TopicSource, topic: string): Promise<StoredRecord[]> {
  const left = await ends(broker, topic);
  const records: StoredRecord[] = [];
  if (left.size === 0) return records;
  const consumer = new Consumer({
    clientId: "test-reader",
    groupId: `test-reader-${randomUUID()}`,
    bootstrapBrokers: [{ host: broker.host ?? "127.0.0.1", port: broker.ports.plain }],
    sasl: { mechanism: "SCRAM-SHA-512", ...users.admin },
    deserializers: { ...stringDeserializers, value: (data?: Buffer) => data ?? Buffer.alloc(0) },
    maxWaitTime: 100,
  });
  try {
    const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: false });
    for await (const { partition, offset, key, headers, value } of stream) {
      records.push({ partition, offset, key, headers: Object.fromEntries(headers), value });
      if (offset + 1n >= (left.get(partition) ?? 0n)) left.delete(partition);
      if (left.size === 0) break;
    }
  } finally {
    await consumer.close(true);
  }
  return records.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
}

/** The offset after the last record, of each partition that holds any. */
async function ends({ admin }: TopicSource, topic: string): Promise<Map<number, bigint>> {
  const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
  const count = topics.get(topic)?.partitionsCount ?? 0;
  const offsets = async (timestamp: bigint) => {
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
    const [listed] = await admin.listOffsets({ topics: [{ name: topic, partitions }] });
    return new Map(listed?.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset]));
  };
  const [first, last] = [await offsets(-2n), await offsets(-1n)];
  return new Map([...last].filter(([partition, offset]) => offset > (first.get(partition) ?? 0n)));
}
