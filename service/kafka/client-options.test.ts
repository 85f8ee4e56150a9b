import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { clientOptions } from "./client-options.ts";
import { KafkaClient } from "./kafka-client.ts";
import type { KafkaConfig } from "./kafka-config.ts";

const config = (broker: string): KafkaConfig => ({
  brokers: [broker],
  clientId: "froussard",
  tls: {},
  topicNames: { "github.webhook.events": "events", "github.codex.tasks": "tasks" },
});

test("over TLS the name of the broker is said before anything is encrypted, for proxies that go by it", async () => {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const hello = once(server, "connection").then(async ([socket]: Socket[]) => {
    const [bytes] = await once(socket ?? expect.unreachable(), "data");
    socket?.destroy();
    return bytes as Buffer;
  });
  const client = new KafkaClient(config(`localhost:${(server.address() as AddressInfo).port}`));
  onTestFinished(() => {
    client.close();
    server.close();
  });
  const checked = client.check(["events"]).catch(() => {});
  expect((await hello).includes("localhost")).toBe(true);
  client.close();
  await checked;
});

test.each([
  ["kafka-kafka-bootstrap.kafka.svc:9093", true],
  ["127.0.0.1:9093", false],
  ["[::1]:9093", false],
])("%s: such a name is said: %s", (broker, isSaid) => {
  expect(clientOptions(config(broker))).toMatchObject({ tlsServerName: isSaid });
});

test("without TLS nothing is said", () => {
  const { tls: _, ...plain } = config("kafka:9092");
  expect(clientOptions(plain)).not.toHaveProperty("tlsServerName");
});
