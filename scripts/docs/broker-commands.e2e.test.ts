import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { consumerGroup, headers, topics } from "@froussard/contract";
import { Consumer, Producer } from "@platformatic/kafka";
import { brokerTools } from "froussard/testing/broker/broker-tools";
import { type Broker, startBroker } from "froussard/testing/broker/start-broker";
import { users } from "froussard/testing/broker/users";
import { describeWith } from "froussard/testing/needs-tools";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { readKafkaUser } from "../../e2e/platform/kafka/strimzi-resources.ts";
import { applyUser } from "../../e2e/platform/kafka/user-operator.ts";
import { documentation } from "./documentation.ts";
import { documentedCommands } from "./documented-commands.ts";
import { layKafkaTools } from "./testing/kafka-tools.ts";

const password = "observer-password";
const jaas = `org.apache.kafka.common.security.scram.ScramLoginModule required username="observer" password="${password}";`;

describeWith(brokerTools, "the commands for watching the topics, by Kafka's own tools on a real broker", () => {
  let broker: Broker;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "kafka-cli-"));
    await layKafkaTools(folder);
    broker = await startBroker();
    await broker.createTopics();
    const sasl = { mechanism: "SCRAM-SHA-512" as const, ...users.admin };
    const superUser = { admin: broker.admin, host: "127.0.0.1", port: broker.ports.plain, sasl };
    await applyUser(superUser, documentedUser(), password);
    const client = { clientId: "test", bootstrapBrokers: [{ host: "127.0.0.1", port: broker.ports.plain }], sasl };
    const producer = new Producer({ ...client, acks: -1 });
    const [key, value] = [Buffer.from("octo/hello#12"), Buffer.from('{"stage":"planning"}')];
    const headersSent = new Map([[Buffer.from(headers.taskId), Buffer.from("codex-planning-12-0123456789abcdef")]]);
    await producer.send({ messages: [{ topic: topics.codexTasks, key, value, headers: headersSent }] });
    await producer.close();
    // As the EventSource does: reads, and says how far.
    const consumer = new Consumer({ ...client, groupId: consumerGroup, maxWaitTime: 100 });
    const stream = await consumer.consume({ topics: [topics.codexTasks], mode: "earliest", autocommit: false });
    for await (const message of stream) {
      await message.commit();
      break;
    }
    await consumer.close(true);
  }, 600_000);
  afterAll(async () => {
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a block as it stands on the page, where the tools lie as in their image. */
  async function run(id: string): Promise<string> {
    const block = documentedCommands("broker").find((each) => each.id === id);
    expect(block?.needs).toEqual(["JAAS", "BOOTSTRAP"]);
    const { stdout, stderr } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", block?.script ?? ""], {
      cwd: folder,
      env: { PATH: process.env["PATH"], JAAS: jaas, BOOTSTRAP: `127.0.0.1:${broker.ports.plain}` },
      timeout: 120_000,
    });
    return stdout + stderr;
  }

  test("the user for people sees the tasks, with key and headers", async () => {
    const shown = await run("watch-tasks");
    expect(shown).toContain(`${headers.taskId}:codex-planning-12-0123456789abcdef`);
    expect(shown).toContain("octo/hello#12");
    expect(shown).toContain('{"stage":"planning"}');
    expect(shown).not.toMatch(/deprecated/i);
  });

  test("and sees them again: looking moves nothing", async () => {
    expect(await run("watch-tasks")).toContain("octo/hello#12");
  });

  test("and how far the EventSource has read", async () => {
    expect(await run("watch-lag")).toMatch(/^argo-workflows-codex +github\.codex\.tasks +\d +1 +1 +0 /m);
  });

  test("every block that is marked for a broker is run here", () => {
    expect(documentedCommands("broker").map(({ id }) => id)).toEqual(["watch-tasks", "watch-lag"]);
  });
});

/** The KafkaUser that the page shows. Strimzi makes up a password where an object names none. */
function documentedUser() {
  const [block] = documentation()
    .flatMap((page) => page.blocks)
    .filter(({ language, text }) => language === "yaml" && text.includes("kind: KafkaUser"));
  const user = parseDocument(block?.text ?? "").toJS();
  const secretKeyRef = { name: "observer", key: "password" };
  user.spec.authentication.password = { valueFrom: { secretKeyRef } };
  return readKafkaUser(user);
}
