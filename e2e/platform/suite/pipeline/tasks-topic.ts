import { topics } from "@froussard/contract";
import { Producer, stringSerializers } from "@platformatic/kafka";
import { readTopic, type StoredRecord } from "../../../../service/testing/broker/read-topic.ts";
import type { Deployment } from "../../deploy/deployment.ts";
import { repository } from "./story.ts";

const keyOf = (number: number) => `${repository}#${number}`;

/** The task messages of an issue, as they lie in the topic. */
export function tasksOf({ broker }: Deployment, number: number): Promise<StoredRecord[]> {
  return broker.asSuperUser(async ({ admin, host, port }) => {
    const records = await readTopic({ admin, host, ports: { plain: port } }, topics.codexTasks);
    return records.filter(({ key }) => key === keyOf(number));
  });
}

/** Sends a task message of an issue, as somebody may who writes to the topic. */
export function sendTask(
  { broker }: Deployment,
  number: number,
  { value, headers = {} }: Pick<StoredRecord, "value"> & Partial<Pick<StoredRecord, "headers">>,
): Promise<void> {
  return broker.asSuperUser(async ({ host, port, sasl }) => {
    const producer = new Producer({
      ...{ clientId: "platform-suite", bootstrapBrokers: [{ host, port }], sasl, retries: 5, retryDelay: 1_000 },
      ...{ connectTimeout: 2_000, requestTimeout: 10_000 },
      serializers: { ...stringSerializers, value: (data?: Buffer) => data },
    });
    try {
      await producer.send({ messages: [{ topic: topics.codexTasks, key: keyOf(number), value, headers }] });
    } finally {
      await producer.close(true);
    }
  });
}
