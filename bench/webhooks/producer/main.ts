import process from "node:process";
import { systemClock } from "froussard/clock";
import { readServeConfig } from "froussard/config";
import { KafkaClient } from "froussard/kafka/kafka-client";
import { kafkaConfig } from "froussard/kafka/kafka-config";
import { openKafkaPublisher } from "froussard/kafka/kafka-publisher";
import { sizedRecord } from "froussard/kafka/sized-record";
import type { OutgoingRecord } from "froussard/publisher";
import { LoadRecorder } from "../load.ts";

/** What it is told to do, and answers with a `Load`. */
export interface ProducerOrder {
  /** Of each delivery. */
  records: readonly (readonly OutgoingRecord[])[];
  inFlight: number;
  seconds: number;
}

/** How deliveries are published: each by a call of the library's own, or by the service's publisher. */
export type ProducerKind = "library" | "publisher";

type Publish = (records: readonly OutgoingRecord[]) => Promise<void>;

/** Publishes to the service's Kafka without any server before it. */
const config = kafkaConfig(readServeConfig(process.env));
if (!config) throw new Error("KAFKA_BROKERS: set it");
const say = (fields: object, message: string) => console.error(message, fields);
const log = { debug: () => {}, info: say, warn: say, error: say };

const publishers: Readonly<Record<ProducerKind, () => Publish>> = {
  library() {
    const client = new KafkaClient(config);
    return (records) => client.send(records.map((record) => sizedRecord(record, record.topic)));
  },
  publisher() {
    const publisher = openKafkaPublisher(config, { log, clock: systemClock });
    return (records) => publisher.publish(records);
  },
};
const kind = process.argv[2] as ProducerKind;
const publish = publishers[kind]();

process.on("message", async ({ records, inFlight, seconds }: ProducerOrder) => {
  const recorder = new LoadRecorder();
  const ends = performance.now() + seconds * 1000;
  const again = async (of: readonly OutgoingRecord[]) => {
    while (performance.now() < ends) {
      const begun = performance.now();
      try {
        await publish(of);
        recorder.accepted(performance.now() - begun);
      } catch (error) {
        recorder.failed();
        console.error(error);
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, index) => again(records[index % records.length] ?? [])));
  process.send?.(recorder.load());
});
process.on("disconnect", () => process.exit());
