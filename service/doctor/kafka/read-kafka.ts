import { Admin, findErrorBy, metadataV12 } from "@platformatic/kafka";
import { abandonClient, tameConnections } from "../../kafka/abandon-client.ts";
import { clientOptions } from "../../kafka/client-options.ts";
import { explainKafkaError, type KafkaFault } from "../../kafka/explain-kafka-error.ts";
import type { KafkaConfig } from "../../kafka/kafka-config.ts";
import type { NeededRights } from "../judge/needed-rights.ts";

/** What Kafka tells one of our users. */
export interface KafkaFacts {
  rights: NeededRights;
  brokers: string;
  /** Why nothing could be asked. */
  fault?: KafkaFault;
  topics: readonly TopicFacts[];
  group?: GroupFacts;
}

export interface TopicFacts {
  name: string;
  /** Kafka's name of what is wrong with it: `UNKNOWN_TOPIC_OR_PARTITION`. */
  error?: string;
  partitions: readonly { index: number; leader: number; replicas: number; inSync: number }[];
  /** Bits of what the user may do, by the codes of Kafka's operations. */
  operations: number;
}

export interface GroupFacts {
  name: string;
  error?: string;
  members: number;
  operations: number;
  /** Messages that the group has not taken yet; undefined where Kafka does not tell. */
  lag?: bigint;
}

/** Kafka's error codes that say something of a topic. (Kafka: "Error codes".) */
const topicErrors: Readonly<Record<number, string>> = {
  3: "UNKNOWN_TOPIC_OR_PARTITION",
  5: "LEADER_NOT_AVAILABLE",
  17: "INVALID_TOPIC_EXCEPTION",
  29: "TOPIC_AUTHORIZATION_FAILED",
};

/** Asks as one of our users, for metadata and offsets alone: nothing is written, and no group is joined. */
export async function readKafka(config: KafkaConfig, rights: NeededRights, timeoutMs: number): Promise<KafkaFacts> {
  const facts: KafkaFacts = { rights, brokers: config.brokers.join(","), topics: [] };
  const admin = new Admin({ ...clientOptions({ ...config, clientId: "froussard-doctor" }), retries: 0 });
  tameConnections(admin);
  try {
    return await within(timeoutMs, async () => {
      const topics: TopicFacts[] = [];
      for (const { name } of rights.topics) topics.push(await readTopic(admin, name));
      const { group } = rights;
      return { ...facts, topics, ...(group && { group: await readGroup(admin, group.name, topics) }) };
    });
  } catch (error) {
    return { ...facts, fault: explainKafkaError(error) };
  } finally {
    abandonClient(admin);
  }
}

async function within<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("Connection to Kafka timed out")), timeoutMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function readTopic(admin: Admin, name: string): Promise<TopicFacts> {
  const [connection] = (await admin.connectToBrokers()).values();
  if (!connection) throw new Error("Connection to Kafka has no broker");
  const [topic] = await metadataV12.api.async(connection, [name], false, true).then(
    ({ topics }) => topics,
    // The answer with its codes stands in the error.
    (error: unknown) => topicsIn(error) ?? Promise.reject(error),
  );
  const code = topic?.errorCode || topic?.partitions.find(({ errorCode }) => errorCode !== 0)?.errorCode || 0;
  return {
    name,
    ...(code !== 0 && { error: topicErrors[code] ?? `error ${code}` }),
    partitions: (topic?.partitions ?? []).map(({ partitionIndex, leaderId, replicaNodes, isrNodes }) => ({
      ...{ index: partitionIndex, leader: leaderId, replicas: replicaNodes.length, inSync: isrNodes.length },
    })),
    operations: topic?.topicAuthorizedOperations ?? 0,
  };
}

type MetadataTopics = Awaited<ReturnType<typeof metadataV12.api.async>>["topics"];

function topicsIn(error: unknown): MetadataTopics | undefined {
  if (!(error instanceof Error)) return undefined;
  const { response } = error as { response?: { topics?: MetadataTopics } };
  return response?.topics ?? topicsIn(error.cause);
}

async function readGroup(admin: Admin, name: string, topics: readonly TopicFacts[]): Promise<GroupFacts> {
  try {
    const described = await admin.describeGroups({ groups: [name], includeAuthorizedOperations: true });
    const group = described.get(name);
    const facts = { name, members: group?.members.size ?? 0, operations: group?.authorizedOperations ?? 0 };
    const lag = await readLag(admin, name, topics);
    return { ...facts, ...(lag !== undefined && { lag }) };
  } catch (error) {
    for (const code of ["GROUP_AUTHORIZATION_FAILED", "GROUP_ID_NOT_FOUND"])
      if (error instanceof Error && findErrorBy(error, "apiId", code))
        return { name, error: code, members: 0, operations: 0 };
    throw error;
  }
}

/** How far the group is behind, over the partitions of the topics that may be read. */
async function readLag(admin: Admin, groupId: string, topics: readonly TopicFacts[]): Promise<bigint | undefined> {
  const readable = topics.filter(({ error }) => error === undefined);
  if (readable.length === 0) return undefined;
  const ask = (timestamp: bigint) =>
    admin.listOffsets({
      topics: readable.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ index }) => ({ partitionIndex: index, timestamp })),
      })),
    });
  const [ends, beginnings, committed] = await Promise.all([
    ask(-1n),
    ask(-2n),
    admin.listConsumerGroupOffsets({ groups: [groupId] }),
  ]);
  const offsets = (listed: Awaited<ReturnType<typeof ask>>) =>
    new Map(
      listed.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, offset }) => [`${name}/${partitionIndex}`, offset] as const),
      ),
    );
  const first = offsets(beginnings);
  const taken = new Map(
    committed.flatMap(({ topics: of }) =>
      of.flatMap(({ name, partitions }) =>
        partitions.map(
          ({ partitionIndex, committedOffset }) => [`${name}/${partitionIndex}`, committedOffset] as const,
        ),
      ),
    ),
  );
  let lag = 0n;
  for (const [partition, end] of offsets(ends)) {
    const from = taken.get(partition) ?? -1n;
    lag += end - (from < 0n ? (first.get(partition) ?? end) : from);
  }
  return lag;
}
