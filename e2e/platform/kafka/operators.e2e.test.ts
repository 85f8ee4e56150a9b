import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Consumer, Producer } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { tameConnections } from "../../../service/kafka/abandon-client.ts";
import { brokerTools } from "../../../service/testing/broker/broker-tools.ts";
import { type Broker, startBroker } from "../../../service/testing/broker/start-broker.ts";
import { users } from "../../../service/testing/broker/users.ts";
import { describeWith } from "../../../service/testing/needs-tools.ts";
import { type KafkaUser, readKafkaTopic, readKafkaUser } from "./strimzi-resources.ts";
import { applyTopic } from "./topic-operator.ts";
import { applyUser, removeUsersExcept, type SuperUser } from "./user-operator.ts";

const committed = join(import.meta.dirname, "../../../dist/argocd/applications/froussard/kafka.yaml");
const objects = parseAllDocuments(readFileSync(committed, "utf8")).map(
  (document) => document.toJS() as { kind: string; metadata: { name: string } },
);
const topics = objects.filter(({ kind }) => kind === "KafkaTopic").map(readKafkaTopic);
const kafkaUsers = objects.filter(({ kind }) => kind === "KafkaUser").map(readKafkaUser);
const passwords = new Map(kafkaUsers.map(({ metadata }) => [metadata.name, randomBytes(24).toString("base64url")]));

describeWith(brokerTools, "what is synthesized, on a real broker", () => {
  let broker: Broker;
  let superUser: SuperUser;

  const user = (name: string): KafkaUser => {
    const found = kafkaUsers.find(({ metadata }) => metadata.name === name);
    if (!found) throw new Error(`no KafkaUser ${name} in ${committed}`);
    return structuredClone(found);
  };
  const apply = (wanted: KafkaUser) => applyUser(superUser, wanted, passwords.get(wanted.metadata.name) ?? "");
  const client = (name: string, password = passwords.get(name) ?? "") => ({
    ...{ clientId: `test-${name}`, bootstrapBrokers: [{ host: "127.0.0.1", port: broker.ports.plain }], retries: 0 },
    sasl: { mechanism: "SCRAM-SHA-512" as const, username: name, password },
  });

  async function send(topic: string, password?: string): Promise<void> {
    const producer = new Producer({ ...client("froussard", password), acks: -1 });
    tameConnections(producer);
    try {
      await producer.send({ messages: [{ topic, key: Buffer.from("k"), value: Buffer.from("v") }] });
    } finally {
      await producer.close();
    }
  }

  /** Reads one record as the EventSource does: in its group. */
  async function receive(groupId: string): Promise<string> {
    const consumer = new Consumer({
      ...client("codex-consumer"),
      groupId,
      maxWaitTime: 100,
      ...whileCoordinatorStarts,
    });
    tameConnections(consumer);
    try {
      const stream = await consumer.consume({ topics: ["github.codex.tasks"], mode: "earliest", autocommit: false });
      for await (const { value } of stream) return String(value);
      throw new Error("the stream ended");
    } finally {
      await consumer.close(true);
    }
  }

  beforeAll(async () => {
    broker = await startBroker();
    superUser = {
      ...{ admin: broker.admin, host: "127.0.0.1", port: broker.ports.plain },
      sasl: { mechanism: "SCRAM-SHA-512", ...users.admin },
    };
    await removeUsersExcept(superUser, [users.admin.username]);
  }, 180_000);
  afterAll(() => broker?.stop());

  test("before the objects there is nobody and nothing: only what is synthesized counts", async () => {
    await expect(send("github.codex.tasks", users.service.password)).rejects.toThrow();
    for (const topic of topics) expect(await applyTopic(broker.admin, topic)).toBe("created");
    for (const topic of topics) expect(await applyTopic(broker.admin, topic)).toBe("unchanged");
    for (const each of kafkaUsers) await apply(each);
    for (const each of kafkaUsers) await apply(each);
  });

  test("the service writes both topics and the EventSource reads the tasks in its group", async () => {
    for (const { spec } of topics) await send(spec.topicName ?? "");
    expect(await receive("argo-workflows-codex")).toBe("v");
  });

  test("a changed setting of a topic, and one taken away, reach the broker", async () => {
    const [topic] = structuredClone(topics);
    if (!topic) throw new Error("no topic");
    topic.spec.config = { "retention.ms": "3600000" };
    topic.spec.partitions += 1;
    expect(await applyTopic(broker.admin, topic)).toBe("changed");
    expect(await applyTopic(broker.admin, topic)).toBe("unchanged");
    topic.spec.partitions -= 1;
    await expect(applyTopic(broker.admin, topic)).rejects.toThrow("has 4 partitions, more than 3");
  });

  test.each([
    [
      "another group in the ACL",
      (acl: string) => acl.replace("argo-workflows-codex", "argo-workflows"),
      /GROUP_AUTHORIZATION/,
    ],
    [
      "another topic in the ACL",
      (acl: string) => acl.replace("github.codex.tasks", "github.codex.task"),
      /TOPIC_AUTHORIZATION/,
    ],
    ["Describe in place of Read", (acl: string) => acl.replaceAll('"Read"', '"Describe"'), /AUTHORIZATION/],
  ])("fails for the consumer: %s", async (_, change, expected) => {
    await apply(JSON.parse(change(JSON.stringify(user("codex-consumer")))) as KafkaUser);
    await expect(receive("argo-workflows-codex").catch(told)).rejects.toThrow(expected);
    await apply(user("codex-consumer"));
    expect(await receive("argo-workflows-codex")).toBe("v");
  });

  test("fails for the service: no Write, another topic, another password, no object", async () => {
    const reader = user("froussard");
    for (const acl of reader.spec.authorization.acls) acl.operations = ["Describe"];
    await apply(reader);
    await expect(send("github.codex.tasks").catch(told)).rejects.toThrow(/AUTHORIZATION/);
    await apply(user("froussard"));
    await expect(send("github.codex.other").catch(told)).rejects.toThrow();
    await expect(send("github.codex.tasks", "wrong").catch(told)).rejects.toThrow(/SASL|authentication/i);
    await send("github.codex.tasks");
    expect(await removeUsersExcept(superUser, [users.admin.username, "codex-consumer"])).toEqual(["froussard"]);
    await expect(send("github.codex.tasks").catch(told)).rejects.toThrow(/SASL|authentication/i);
  });
});

/** The first group of all makes the topic that groups are kept in. */
const whileCoordinatorStarts = { retries: 20, retryDelay: 100 };

/** The codes stand deep in the errors of the client. */
function told(error: unknown): never {
  const texts: string[] = [];
  const visit = (each: unknown): void => {
    if (!(each instanceof Error)) return;
    texts.push(`${each.message} ${"apiId" in each ? each.apiId : ""}`);
    visit(each.cause);
    if ("errors" in each && Array.isArray(each.errors)) each.errors.forEach(visit);
  };
  visit(error);
  throw new Error(texts.join("; "));
}
