import { topicSettings } from "@froussard/contract";
import type { IKafkaTopic } from "@kubernetes-models/strimzi-kafka-operator/kafka.strimzi.io/v1/KafkaTopic";
import { Construct } from "constructs";
import { keptForever, syncWave } from "./annotations.ts";
import { addManifest } from "./manifest.ts";

export interface KafkaTopicProps {
  /** Name in Kafka, and of the object: a topic's name may have dots, as an object's may. */
  topic: string;
  /** The brokers' namespace: only there the operator looks. */
  namespace: string;
  /** Name of the Kafka object. */
  cluster: string;
  /** Of a record batch, as the brokers keep it, which is then never compressed. @default - the contract's, of a batch in whatever form */
  maxPlainBytes?: number;
}

/** A topic as the contract wants it kept. Argo CD never deletes it: its messages would be gone. */
export class KafkaTopic extends Construct {
  constructor(scope: Construct, id: string, props: KafkaTopicProps) {
    super(scope, id);
    const { topic, namespace, cluster, maxPlainBytes } = props;
    const { partitions, replicas, minInSyncReplicas, retentionDays, maxMessageBytes } = topicSettings;
    addManifest<IKafkaTopic>(this, "topic", {
      apiVersion: "kafka.strimzi.io/v1",
      kind: "KafkaTopic",
      metadata: {
        name: topic,
        namespace,
        labels: { "strimzi.io/cluster": cluster },
        annotations: { ...syncWave("platform"), ...keptForever() },
      },
      spec: {
        topicName: topic,
        partitions,
        replicas,
        config: {
          "cleanup.policy": "delete",
          "retention.ms": retentionDays * 24 * 60 * 60 * 1000,
          "min.insync.replicas": minInSyncReplicas,
          "max.message.bytes": maxPlainBytes ?? maxMessageBytes,
          // Else a small batch could unfold into a record of any size.
          ...(maxPlainBytes !== undefined && { "compression.type": "uncompressed" }),
        },
      },
    });
  }
}
