import { compatibilityPartitioner, Producer, stringSerializers } from "@platformatic/kafka";
import { abandonClient, tameConnections } from "./abandon-client.ts";
import { clientOptions } from "./client-options.ts";
import { explainKafkaError } from "./explain-kafka-error.ts";
import type { KafkaConfig } from "./kafka-config.ts";
import type { SizedRecord } from "./sized-record.ts";

type Client = Producer<string, Buffer, string, string>;

/** The client of the library, made when it is needed and made anew when it is not to be trusted any more. */
export class KafkaClient {
  readonly #config: KafkaConfig;
  #client: Client | undefined;
  #closed = false;

  constructor(config: KafkaConfig) {
    this.#config = config;
  }

  /** Resolves once every record is on all replicas that are in sync. One call at a time. */
  async send(records: readonly SizedRecord[]): Promise<void> {
    const client = this.#open();
    const messages = records.map(({ topic, key, headers, value }) => ({ topic, key, headers, value }));
    try {
      await client.send({ messages });
    } catch (error) {
      if (explainKafkaError(error).code === "TOPIC_MISSING")
        await find(client, [...new Set(records.map(({ topic }) => topic))]);
      throw error;
    }
  }

  /** Asks for these topics, and for the right to write. Resolves when both are there. */
  async check(topics: readonly string[]): Promise<void> {
    const client = this.#open();
    await find(client, topics);
    await client.initIdempotentProducer({});
  }

  /** The next call starts with a new client: connections, sequence numbers and the authority are read anew. */
  replace(): void {
    if (this.#client) abandonClient(this.#client);
    this.#client = undefined;
  }

  close(): void {
    this.#closed = true;
    this.replace();
  }

  #open(): Client {
    if (this.#closed) throw new Error("Client is closed.");
    this.#client ??= openProducer(this.#config);
    return this.#client;
  }
}

/** One after the other: asked for several, the client names the wrong one when one is missing. */
async function find(client: Client, topics: readonly string[]): Promise<void> {
  for (const topic of topics) await client.metadata({ topics: [topic], forceUpdate: true, retries: 0 });
}

function openProducer(config: KafkaConfig): Client {
  const client = new Producer<string, Buffer, string, string>({
    ...clientOptions(config),
    idempotent: true,
    // 0 and 1 mean without end for an idempotent producer.
    retries: 2,
    retryDelay: 100,
    // The one of Java's client: a key goes to the same partition, whoever writes it.
    partitioner: compatibilityPartitioner,
    // Values go as they are.
    serializers: {
      key: stringSerializers.key,
      headerKey: stringSerializers.headerKey,
      headerValue: stringSerializers.headerValue,
    },
  });
  tameConnections(client);
  return client;
}
