import { expect, test } from "vitest";
import { at } from "../references/tree.ts";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { KafkaUser, type KafkaUserProps } from "./kafka-user.ts";

const required: KafkaUserProps = {
  ...{ user: "reader", namespace: "kafka", cluster: "kafka" },
  password: { name: "reader-password", key: "password" },
  reads: { topics: ["a"], group: "g" },
};
const synth = (props: Partial<KafkaUserProps> = {}) =>
  synthConstruct((chart) => new KafkaUser(chart, "user", { ...required, ...props }));

test("minimal props", () => {
  expect(yamlOf(synth())).toMatchInlineSnapshot(`
    "apiVersion: kafka.strimzi.io/v1
    kind: KafkaUser
    metadata:
      annotations:
        argocd.argoproj.io/sync-wave: "-1"
      labels:
        strimzi.io/cluster: kafka
      name: reader
      namespace: kafka
    spec:
      authentication:
        password:
          valueFrom:
            secretKeyRef:
              key: password
              name: reader-password
        type: scram-sha-512
      authorization:
        acls:
          - operations:
              - Describe
              - Read
            resource:
              name: a
              patternType: literal
              type: topic
          - operations:
              - Read
            resource:
              name: g
              patternType: literal
              type: group
        type: simple
    "
  `);
});

test("a producer may describe and write its topics", () => {
  const { reads: _, ...rest } = required;
  const [user] = synthConstruct((chart) => new KafkaUser(chart, "user", { ...rest, writes: ["a", "b"] }));
  expect(at(user, "spec.authorization.acls")).toEqual(
    ["a", "b"].map((name) => ({
      resource: { type: "topic", name, patternType: "literal" },
      operations: ["Describe", "Write"],
    })),
  );
});

test("fails when it may do nothing", () => {
  const { reads: _, ...rest } = required;
  expect(() => synthConstruct((chart) => new KafkaUser(chart, "user", rest))).toThrow(
    "Kafka user reader: may do nothing; give it writes or reads",
  );
});

test("a consumer may read in one group, and write nothing", () => {
  const acls = at(synth({ reads: { topics: ["a", "b"], group: "g" } })[0], "spec.authorization.acls");
  expect(JSON.stringify(acls)).not.toContain("Write");
  expect(acls).toContainEqual({ resource: { type: "group", name: "g", patternType: "literal" }, operations: ["Read"] });
});
