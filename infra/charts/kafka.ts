import { consumerGroup, kafkaUsers, topicSettings, topics } from "@froussard/contract";
import { Chart } from "cdk8s";
import type { Construct } from "constructs";
import { KafkaTopic } from "../constructs/kafka-topic.ts";
import { KafkaUser } from "../constructs/kafka-user.ts";
import { secretKey } from "../secrets/secret-keys.ts";
import type { Settings } from "../settings/schema.ts";
import { chartProps } from "./chart-props.ts";

/** Topics, and who may do what with them. */
export class Kafka extends Chart {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, chartProps);
    const common = { namespace: settings.namespaces.kafka, cluster: settings.kafka.cluster };
    new KafkaTopic(this, "webhook-events", { ...common, topic: topics.webhookEvents });
    new KafkaTopic(this, "codex-tasks", {
      ...common,
      topic: topics.codexTasks,
      maxPlainBytes: topicSettings.maxTaskMessageBytes,
    });
    new KafkaUser(this, "service", {
      ...common,
      user: kafkaUsers.service,
      password: secretKey(settings, "serviceKafkaPassword", "password"),
      writes: [topics.webhookEvents, topics.codexTasks],
    });
    new KafkaUser(this, "consumer", {
      ...common,
      user: kafkaUsers.consumer,
      password: secretKey(settings, "consumerKafkaPassword", "password"),
      reads: { topics: [topics.codexTasks], group: consumerGroup },
    });
  }
}
