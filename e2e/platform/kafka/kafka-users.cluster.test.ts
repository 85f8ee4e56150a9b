import { topics } from "@froussard/contract";
import { Consumer } from "@platformatic/kafka";
import { afterAll, beforeEach, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { tameConnections } from "../../../service/kafka/abandon-client.ts";
import { platformFolder } from "../cluster/layout.ts";
import { manifestList } from "../controllers/manifest.ts";
import { readDeployment } from "../deploy/deployment.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { cluster, broker, namespaces, kafka } = deployment;

const user = "passer-by";
const metadata = (name: string) => ({
  name,
  namespace: namespaces.kafka,
  labels: { "strimzi.io/cluster": kafka.cluster },
});
const secret = (password: string) => ({
  ...{ apiVersion: "v1", kind: "Secret", metadata: metadata(`${user}-password`), stringData: { password } },
});
const kafkaUser = (operation: string, topic: string = topics.codexTasks) => ({
  apiVersion: "kafka.strimzi.io/v1",
  kind: "KafkaUser",
  metadata: metadata(user),
  spec: {
    authentication: {
      type: "scram-sha-512",
      password: { valueFrom: { secretKeyRef: { name: `${user}-password`, key: "password" } } },
    },
    authorization: {
      type: "simple",
      acls: [
        { operations: [operation, "Describe"], resource: { type: "topic", name: topic, patternType: "literal" } },
        { operations: ["Read"], resource: { type: "group", name: user, patternType: "literal" } },
      ],
    },
  },
});
const apply = (...objects: object[]) =>
  cluster.kubectl(["apply", "--server-side", "--filename=-"], { input: manifestList(objects) });
const remove = () =>
  cluster.kubectl([
    ...["delete", "--ignore-not-found", `--namespace=${namespaces.kafka}`],
    ...[`kafkauser/${user}`, `secret/${user}-password`, `secret/${user}`],
  ]);
const status = () =>
  cluster.kubectl([
    ...["get", "kafkauser", user, `--namespace=${namespaces.kafka}`],
    "--output=jsonpath={.status.conditions[0].type} {.status.conditions[0].message}",
  ]);

/** Joins the user's group and asks where its topic ends, as a consumer does first. */
async function consume(password: string): Promise<void> {
  const consumer = new Consumer({
    // A broker that other tests keep from its heartbeats has no groups for a moment. Refusals are not tried again.
    ...{ clientId: user, groupId: user, retries: 5, retryDelay: 1_000, connectTimeout: 2_000, requestTimeout: 10_000 },
    bootstrapBrokers: [{ host: broker.host, port: broker.port }],
    sasl: { mechanism: "SCRAM-SHA-512", username: user, password },
  });
  tameConnections(consumer);
  try {
    const stream = await consumer.consume({ topics: [topics.codexTasks], mode: "latest", autocommit: false });
    await stream.close();
  } finally {
    await consumer.close(true);
  }
}

async function withoutUser(): Promise<void> {
  await remove();
  await deployment.reconcileKafka();
}
beforeEach(withoutUser);
afterAll(withoutUser);

test("a KafkaUser that was applied may what it says, has its Secret, and is gone with its object", async () => {
  await apply(secret("first-password"), kafkaUser("Read"));
  await expect(consume("first-password")).rejects.toThrow();
  await deployment.reconcileKafka();
  expect(await status()).toBe("Ready ");
  await consume("first-password");
  const written = await cluster.kubectlJson<{ data: Record<string, string> }>([
    ...["get", "secret", user, `--namespace=${namespaces.kafka}`],
  ]);
  expect(Object.keys(written.data).sort()).toEqual(["password", "sasl.jaas.config"]);

  await apply(secret("second-password"));
  await deployment.reconcileKafka();
  await consume("second-password");
  await expect(consume("first-password")).rejects.toThrow();

  await remove();
  await deployment.reconcileKafka();
  await expect(consume("second-password")).rejects.toThrow();
});

test("one whose password is nowhere is not ready, and says why; an operation that does not exist is refused at once", async () => {
  await apply(kafkaUser("Read"));
  await deployment.reconcileKafka();
  expect(await status()).toMatch(/^NotReady .*passer-by-password/);
  await expect(apply(kafkaUser("Peek"))).rejects.toThrow(/Unsupported value: "Peek"/);
});
