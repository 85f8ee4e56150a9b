import { headers, topics } from "@froussard/contract";
import type { Publisher } from "../publisher.ts";
import { readTopic } from "./broker/read-topic.ts";
import type { Broker } from "./broker/start-broker.ts";
import { deliveryRecords } from "./kafka-kit.ts";

/** Senders that publish one delivery after the other until they are stopped. */
export interface Load {
  /** Ids whose publish resolved, in that order, each with its time by `performance.now()`. */
  acknowledged: Map<string, number>;
  /** Codes of the publishes that did not, and how many. */
  refused: Map<string, number>;
  /** The longest that a publish took, in milliseconds. */
  slowestMs: number;
  stop(): Promise<void>;
}

export interface LoadOptions {
  senders: number;
  /** What ids begin with. */
  prefix: string;
  withinMs: number;
  /** Of each of the two values. */
  bytes?: number;
  onAcknowledged?: (id: string) => void;
}

export function startLoad(publisher: Publisher, options: LoadOptions): Load {
  const { senders, prefix, withinMs, bytes, onAcknowledged } = options;
  let stopped = false;
  let count = 0;
  const load: Load = {
    acknowledged: new Map(),
    refused: new Map(),
    slowestMs: 0,
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
  const send = async () => {
    while (!stopped) {
      const id = `${prefix}-${++count}`;
      const started = performance.now();
      try {
        await publisher.publish(deliveryRecords(id, bytes), { withinMs });
        load.acknowledged.set(id, performance.now());
        onAcknowledged?.(id);
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
        load.refused.set(code, (load.refused.get(code) ?? 0) + 1);
        // As GitHub does not send again at once, either.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      load.slowestMs = Math.max(load.slowestMs, performance.now() - started);
    }
  };
  const running = Array.from({ length: senders }, send);
  return load;
}

/** How often each delivery lies in each of the two topics. */
export async function countStored(broker: Broker): Promise<Record<string, Map<string, number>>> {
  const counts: Record<string, Map<string, number>> = {};
  for (const topic of Object.values(topics)) {
    const found = new Map<string, number>();
    for (const record of await readTopic(broker, topic)) {
      const id = record.headers[headers.delivery];
      if (id !== undefined) found.set(id, (found.get(id) ?? 0) + 1);
    }
    counts[topic] = found;
  }
  return counts;
}

/** Acknowledged deliveries that are missing in a topic, as `<topic> <id>`; and how many copies there are beyond the first. */
export function compareStored(acknowledged: Iterable<string>, stored: Record<string, Map<string, number>>) {
  const ids = [...acknowledged];
  const lost: string[] = [];
  let repeated = 0;
  for (const [topic, found] of Object.entries(stored))
    for (const id of ids) {
      const copies = found.get(id) ?? 0;
      if (copies === 0) lost.push(`${topic} ${id}`);
      else repeated += copies - 1;
    }
  return { lost, repeated };
}
