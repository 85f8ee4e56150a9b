import { consumerGroup, kafkaUsers, topics } from "@froussard/contract";

/** Operations as Kafka's ACLs call them. */
export type Operation = "Describe" | "Read" | "Write";

/** What a user of ours has to be allowed in Kafka. */
export interface NeededRights {
  user: string;
  topics: readonly { name: string; operations: readonly Operation[] }[];
  group?: { name: string; operations: readonly Operation[] };
}

export const serviceRights: NeededRights = {
  user: kafkaUsers.service,
  topics: [topics.webhookEvents, topics.codexTasks].map((name) => ({ name, operations: ["Describe", "Write"] })),
};
export const consumerRights: NeededRights = {
  user: kafkaUsers.consumer,
  topics: [{ name: topics.codexTasks, operations: ["Describe", "Read"] }],
  group: { name: consumerGroup, operations: ["Read"] },
};
