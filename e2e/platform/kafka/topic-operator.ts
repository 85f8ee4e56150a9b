import { setTimeout as wait } from "node:timers/promises";
import {
  type Admin,
  ConfigResourceTypes,
  findErrorBy,
  IncrementalAlterConfigOperationTypes,
} from "@platformatic/kafka";
import type { KafkaTopic } from "./strimzi-resources.ts";

/** What one broker can not give: more copies of a topic than there are brokers. */
export function fitToOneBroker({ spec: { config } }: KafkaTopic): { replicas: number; config: Record<string, string> } {
  return { replicas: 1, config: { ...config, ...("min.insync.replicas" in config && { "min.insync.replicas": "1" }) } };
}

/**
 * Makes the topic, or brings it to what the object says, as Strimzi's topic operator does; a second time changes nothing.
 * @throws Error when the topic has more partitions than the object says: Kafka takes none away
 */
export async function applyTopic(admin: Admin, topic: KafkaTopic): Promise<"created" | "changed" | "unchanged"> {
  const name = topic.spec.topicName ?? topic.metadata.name;
  const { replicas, config } = fitToOneBroker(topic);
  const present = await partitionsOf(admin, name);
  if (present === undefined) {
    await admin.createTopics({
      topics: [{ topic: name, partitions: topic.spec.partitions, replicas }],
      configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
    });
    while ((await partitionsOf(admin, name)) === undefined) await wait(20);
    return "created";
  }
  if (present > topic.spec.partitions)
    throw new Error(
      `topic ${name} has ${present} partitions, more than ${topic.spec.partitions}: Kafka takes none away`,
    );
  const fresh = present < topic.spec.partitions;
  if (fresh) await admin.createPartitions({ topics: [{ name, count: topic.spec.partitions }] });
  const configs = await differences(admin, name, config);
  if (configs.length > 0)
    await admin.incrementalAlterConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: name, configs }],
    });
  return fresh || configs.length > 0 ? "changed" : "unchanged";
}

/** How many partitions, all with a leader; undefined while there is no such topic. */
async function partitionsOf(admin: Admin, name: string): Promise<number | undefined> {
  try {
    const { topics } = await admin.metadata({ topics: [name], forceUpdate: true });
    const found = topics.get(name);
    return found?.partitions.every(({ leader }) => leader >= 0) ? found.partitionsCount : undefined;
  } catch (error) {
    if (findErrorBy(error as Error, "canRetry", true) ?? /Unknown topic/.test(String(error))) return undefined;
    throw error;
  }
}

/** Where the topic says for itself, in `source`, something else than the object. */
const topicConfig = 1;

async function differences(admin: Admin, name: string, wanted: Readonly<Record<string, string>>) {
  const [described] = await admin.describeConfigs({
    resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: name }],
  });
  const own = new Map(
    described?.configs.flatMap((each) => (each.configSource === topicConfig ? [[each.name, each.value ?? ""]] : [])),
  );
  return [
    ...Object.entries(wanted)
      .filter(([key, value]) => own.get(key) !== value)
      .map(([key, value]) => ({ name: key, value, configOperation: IncrementalAlterConfigOperationTypes.SET })),
    ...[...own.keys()]
      .filter((key) => !(key in wanted))
      .map((key) => ({ name: key, configOperation: IncrementalAlterConfigOperationTypes.DELETE })),
  ];
}
