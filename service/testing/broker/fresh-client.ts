import { setTimeout as wait } from "node:timers/promises";
import { topics } from "@froussard/contract";
import { Producer } from "@platformatic/kafka";
import { tameConnections } from "../../kafka/abandon-client.ts";
import type { Broker } from "./start-broker.ts";
import { type User, users } from "./users.ts";

/** The key of its records, which belong to nobody. */
export const probeKey = "probe";

/**
 * When a client that knows nothing of what went before has its first record acknowledged, in `performance.now()`'s time:
 * the broker is there again. A new client each time, several times a second.
 */
export async function firstAcknowledged(
  { ports }: Broker,
  { user = users.admin, topic = topics.webhookEvents }: { user?: User; topic?: string } = {},
): Promise<number> {
  for (;;) {
    const client = new Producer({
      clientId: "test-probe",
      bootstrapBrokers: [{ host: "127.0.0.1", port: ports.plain }],
      sasl: { mechanism: "SCRAM-SHA-512", ...user },
      acks: -1,
      retries: 0,
      connectTimeout: 300,
      requestTimeout: 500,
    });
    tameConnections(client);
    try {
      const message = { topic, key: Buffer.from(probeKey), value: Buffer.alloc(0) };
      await client.send({ messages: [message] });
      return performance.now();
    } catch {
      await wait(50);
    } finally {
      await client.close();
    }
  }
}
