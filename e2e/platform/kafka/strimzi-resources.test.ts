import { AclOperations, AclPermissionTypes, ResourcePatternTypes, ResourceTypes } from "@platformatic/kafka";
import { describe, expect, test } from "vitest";
import { readKafkaTopic, readKafkaUser } from "./strimzi-resources.ts";
import { fitToOneBroker } from "./topic-operator.ts";
import { userAcls } from "./user-acls.ts";

const metadata = { name: "reader", namespace: "kafka", labels: { "strimzi.io/cluster": "kafka" } };
const acl = { resource: { type: "topic", name: "tasks", patternType: "literal" }, operations: ["Read", "Describe"] };
const user = (acls: unknown[], more: object = {}) => ({
  ...{ kind: "KafkaUser", metadata },
  spec: {
    authentication: {
      ...{ type: "scram-sha-512", password: { valueFrom: { secretKeyRef: { name: "s", key: "password" } } } },
    },
    authorization: { type: "simple", acls },
    ...more,
  },
});

describe("a KafkaUser's ACLs", () => {
  test("are one for each operation, from everywhere, allowed unless said otherwise", () => {
    const shared = {
      ...{ resourceType: ResourceTypes.TOPIC, resourceName: "tasks", principal: "User:reader", host: "*" },
      ...{ resourcePatternType: ResourcePatternTypes.LITERAL, permissionType: AclPermissionTypes.ALLOW },
    };
    expect(userAcls(readKafkaUser(user([acl])))).toEqual([
      { ...shared, operation: AclOperations.READ },
      { ...shared, operation: AclOperations.DESCRIBE },
    ]);
  });

  test("say group, prefix, host and denial as the object does", () => {
    const denied = {
      ...{ type: "deny", host: "10.0.0.1", operations: ["All"] },
      resource: { type: "group", name: "argo-", patternType: "prefix" },
    };
    expect(userAcls(readKafkaUser(user([denied])))).toEqual([
      {
        ...{ resourceType: ResourceTypes.GROUP, resourceName: "argo-", principal: "User:reader", host: "10.0.0.1" },
        ...{ resourcePatternType: ResourcePatternTypes.PREFIXED, permissionType: AclPermissionTypes.DENY },
        operation: AclOperations.ALL,
      },
    ]);
  });
});

test.each([
  ["an unknown operation", user([{ ...acl, operations: ["Peek"] }])],
  ["an unknown resource", user([{ ...acl, resource: { type: "queue", name: "tasks" } }])],
  ["an unknown field of an ACL", user([{ ...acl, hosts: "*" }])],
  ["quotas, which are not set up here", user([acl], { quotas: { producerByteRate: 1 } })],
  ["another kind of sign-in", { ...user([acl]), spec: { authentication: { type: "tls" } } }],
  ["a KafkaTopic", { ...user([acl]), kind: "KafkaTopic" }],
])("%s is refused, naming the object", (_, object) => {
  expect(() => readKafkaUser(object)).toThrow(/^Kafka(User|Topic) reader: /);
});

test("a topic's settings are texts, and a field that is not known is refused", () => {
  const spec = { partitions: 3, replicas: 3, config: { "retention.ms": 604800000, "min.insync.replicas": 2 } };
  const topic = readKafkaTopic({ kind: "KafkaTopic", metadata, spec });
  expect(topic.spec.config).toEqual({ "retention.ms": "604800000", "min.insync.replicas": "2" });
  expect(fitToOneBroker(topic)).toEqual({
    replicas: 1,
    config: { "retention.ms": "604800000", "min.insync.replicas": "1" },
  });
  expect(() => readKafkaTopic({ kind: "KafkaTopic", metadata, spec: { ...spec, configs: {} } })).toThrow("configs");
});
