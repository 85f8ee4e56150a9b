import { topics } from "@froussard/contract";
import { Consumer } from "@platformatic/kafka";
import { afterAll, beforeEach, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { tameConnections } from "../../../service/kafka/abandon-client.ts";
import { explainKafkaError, type KafkaFaultCode } from "../../../service/kafka/explain-kafka-error.ts";
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

/** Joins the user's group and asks where its topic ends, as a consumer does first; answers what comes of it. */
async function signIn(password: string): Promise<"let in" | KafkaFaultCode> {
  const consumer = new Consumer({
    ...{ clientId: user, groupId: user, retries: 0, connectTimeout: 2_000, requestTimeout: 10_000 },
    bootstrapBrokers: [{ host: broker.host, port: broker.port }],
    sasl: { mechanism: "SCRAM-SHA-512", username: user, password },
  });
  tameConnections(consumer);
  try {
    const stream = await consumer.consume({ topics: [topics.codexTasks], mode: "latest", autocommit: false });
    await stream.close();
    return "let in";
  } catch (error) {
    return explainKafkaError(error).code;
  } finally {
    await consumer.close(true);
  }
}
// The broker hears of what the controller decided a little later, and may be without its groups for a moment.
const signingIn = (password: string) => expect.poll(() => signIn(password), { timeout: 120_000, interval: 500 });

async function withoutUser(): Promise<void> {
  await remove();
  await deployment.reconcileKafka();
}
beforeEach(withoutUser);
afterAll(withoutUser);

test("a KafkaUser that was applied may what it says, has its Secret, and is gone with its object", async () => {
  await apply(secret("first-password"), kafkaUser("Read"));
  await signingIn("first-password").toBe("AUTHENTICATION");
  await deployment.reconcileKafka();
  expect(await status()).toBe("Ready ");
  await signingIn("first-password").toBe("let in");
  const written = await cluster.kubectlJson<{ data: Record<string, string> }>([
    ...["get", "secret", user, `--namespace=${namespaces.kafka}`],
  ]);
  expect(Object.keys(written.data).sort()).toEqual(["password", "sasl.jaas.config"]);

  await apply(secret("second-password"));
  await deployment.reconcileKafka();
  await signingIn("second-password").toBe("let in");
  await signingIn("first-password").toBe("AUTHENTICATION");

  await remove();
  await deployment.reconcileKafka();
  await signingIn("second-password").toBe("AUTHENTICATION");
});

test("one whose password is nowhere is not ready, and says why; an operation that does not exist is refused at once", async () => {
  await apply(kafkaUser("Read"));
  await deployment.reconcileKafka();
  expect(await status()).toMatch(/^NotReady .*passer-by-password/);
  await expect(apply(kafkaUser("Peek"))).rejects.toThrow(/Unsupported value: "Peek"/);
});
