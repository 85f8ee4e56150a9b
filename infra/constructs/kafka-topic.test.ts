import { expect, test } from "vitest";
import { at } from "../references/tree.ts";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { KafkaTopic, type KafkaTopicProps } from "./kafka-topic.ts";

const required: KafkaTopicProps = { topic: "github.codex.tasks", namespace: "kafka", cluster: "kafka" };
const synth = (props: Partial<KafkaTopicProps> = {}) =>
  synthConstruct((chart) => new KafkaTopic(chart, "topic", { ...required, ...props }));

test("minimal props", () => {
  expect(yamlOf(synth())).toMatchInlineSnapshot(`
    "apiVersion: kafka.strimzi.io/v1
    kind: KafkaTopic
    metadata:
      annotations:
        argocd.argoproj.io/sync-options: Prune=false,Delete=false
        argocd.argoproj.io/sync-wave: "-1"
      labels:
        strimzi.io/cluster: kafka
      name: github.codex.tasks
      namespace: kafka
    spec:
      config:
        cleanup.policy: delete
        max.message.bytes: 1048576
        min.insync.replicas: 2
        retention.ms: 604800000
      partitions: 3
      replicas: 3
      topicName: github.codex.tasks
    "
  `);
});

test("is of the cluster that is named", () => {
  expect(at(synth({ cluster: "events" })[0], "metadata.labels")).toEqual({ "strimzi.io/cluster": "events" });
});

test("with a limit of what is kept, brokers unfold what comes compressed before they measure it", () => {
  expect(at(synth({ maxPlainBytes: 1_000 })[0], "spec.config")).toMatchObject({
    "max.message.bytes": 1_000,
    "compression.type": "uncompressed",
  });
});
