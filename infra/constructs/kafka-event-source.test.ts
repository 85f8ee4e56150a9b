import { expect, test } from "vitest";
import { at, textAt } from "../references/tree.ts";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { KafkaEventSource, type KafkaEventSourceProps } from "./kafka-event-source.ts";

const required: KafkaEventSourceProps = {
  ...{ name: "github-codex", namespace: "runs", eventBus: "codex", event: "tasks" },
  ...{ bootstrapServers: "kafka:9092", topic: "github.codex.tasks", consumerGroup: "runs" },
  resources: { cpu: "250m", memory: "256Mi" },
  username: { name: "credentials", key: "username" },
  password: { name: "credentials", key: "password" },
};
const synth = (props: Partial<KafkaEventSourceProps> = {}) =>
  synthConstruct((chart) => new KafkaEventSource(chart, "source", { ...required, ...props })).filter(
    ({ kind }) => kind === "EventSource",
  );

test("minimal props", () => {
  expect(yamlOf(synth(), "spec.kafka")).toMatchInlineSnapshot(`
    "tasks:
      consumerGroup:
        groupName: runs
        oldest: true
        rebalanceStrategy: sticky
      jsonBody: true
      sasl:
        mechanism: SCRAM-SHA-512
        passwordSecret:
          key: password
          name: credentials
        userSecret:
          key: username
          name: credentials
      topic: github.codex.tasks
      url: kafka:9092
      version: 3.6.0
    "
  `);
});

test("fails when the consumer group is empty", () => {
  expect(() => synth({ consumerGroup: "" })).toThrow("event source github-codex: consumerGroup is empty");
});

test("runs in an account of its own, as one pod", () => {
  const [source] = synth();
  expect(textAt(source, "spec.template.serviceAccountName")).toBe("github-codex-event-source");
  expect(at(source, "spec.replicas")).toBe(1);
});

test("trusts the authority that is named, and no other", () => {
  const certificateAuthority = { name: "kafka-cluster-ca-cert", key: "ca.crt" };
  expect(at(synth({ certificateAuthority })[0], "spec.kafka.tasks.tls")).toEqual({
    caCertSecret: certificateAuthority,
  });
});
