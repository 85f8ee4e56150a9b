import { join } from "node:path";
import { headers, topics } from "@froussard/contract";
import { makeCertificates } from "@froussard/simulators/testing/certificates";
import { producerSendsChannel } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { brokerTools } from "../testing/broker/broker-tools.ts";
import { readTopic } from "../testing/broker/read-topic.ts";
import { type Broker, startBroker } from "../testing/broker/start-broker.ts";
import { users } from "../testing/broker/users.ts";
import { deliveryRecords, openPublishing } from "../testing/kafka-kit.ts";
import { describeWith } from "../testing/needs-tools.ts";
import { PublishError } from "./publish-error.ts";

describeWith(brokerTools, "publishing to a real broker", () => {
  let broker: Broker;
  const publishing = (environment: Record<string, string>, { onTestFinished: onEnd } = { onTestFinished }) => {
    const opened = openPublishing(environment);
    onEnd(() => opened.publisher.close());
    return opened;
  };

  beforeAll(async () => {
    broker = await startBroker();
    await broker.createTopics();
    await broker.allow(users.service);
  }, 120_000);
  afterAll(() => broker?.stop());

  const stored = async (topic: string, id: string) =>
    (await readTopic(broker, topic)).filter((record) => record.headers[headers.delivery] === id);

  test("a delivery lies in both topics, with keys, headers and values as they were", async () => {
    const { publisher } = publishing(broker.environment());
    const records = deliveryRecords("lands");
    await publisher.publish(records);
    for (const { topic, ...record } of records) {
      const found = (await stored(topic, "lands")).map(({ key, headers, value }) => ({
        key,
        headers,
        value: String(value),
      }));
      expect(found).toEqual([record]);
    }
  });

  test("topics go by the names that the settings give them", async () => {
    await broker.createTopic("elsewhere");
    await broker.allow(users.service, ["elsewhere"]);
    const { publisher } = publishing({ ...broker.environment(), KAFKA_TOPIC: "elsewhere" });
    await publisher.publish(deliveryRecords("renamed").slice(0, 1));
    expect(await stored("elsewhere", "renamed")).toHaveLength(1);
    expect(await stored(topics.webhookEvents, "renamed")).toHaveLength(0);
  });

  test("many at once go out in few requests, and every one arrives", async () => {
    const { publisher, logged } = publishing(broker.environment());
    await publisher.publish(deliveryRecords("first"));
    const ids = Array.from({ length: 400 }, (_, n) => `many-${n}`);
    let requests = 0;
    const count = () => void requests++;
    producerSendsChannel.start.subscribe(count);
    await Promise.all(ids.map((id) => publisher.publish(deliveryRecords(id, 20_000))));
    producerSendsChannel.start.unsubscribe(count);
    expect(requests).toBeLessThan(50);
    const found = (await readTopic(broker, topics.codexTasks)).map((record) => record.headers[headers.taskId]);
    expect(found.filter((id) => id?.startsWith("many-")).toSorted()).toEqual(ids.toSorted());
    expect(logged).toEqual([]);
  });

  test("a record that is too large fails alone, its neighbours arrive, and readiness stays", async () => {
    const { publisher, ready, logged } = publishing(broker.environment());
    await ready(true);
    const before = publisher.publish(deliveryRecords("before"));
    const results = await Promise.allSettled([
      before,
      publisher.publish(deliveryRecords("neighbour-1")),
      publisher.publish(deliveryRecords("large", 1_200_000)),
      publisher.publish(deliveryRecords("neighbour-2")),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(results[2]).toMatchObject({
      reason: {
        code: "TOO_LARGE",
        message: expect.stringMatching(/topic github\..* takes: raise .*max\.message\.bytes/),
      },
    });
    for (const id of ["neighbour-1", "neighbour-2"])
      for (const topic of [topics.webhookEvents, topics.codexTasks])
        expect((await stored(topic, id)).length).toBeGreaterThanOrEqual(1);
    expect(publisher.notReady()).toBeUndefined();
    expect(logged).toEqual([]);
  });

  test("over TLS, with the cluster's CA", async () => {
    const { publisher, ready } = publishing(broker.environment({ tls: true }));
    await ready(true);
    await publisher.publish(deliveryRecords("encrypted"));
    expect(await stored(topics.webhookEvents, "encrypted")).toHaveLength(1);
  });

  /** Each with the code, and what the one line in the log says to do. */
  const faults: Record<string, [settings: () => Record<string, string>, code: string, advice: RegExp]> = {
    "a wrong password": [
      () => ({ ...broker.environment(), KAFKA_PASSWORD: "not-the-password" }),
      "AUTHENTICATION",
      /compare KAFKA_USERNAME and KAFKA_PASSWORD with the KafkaUser/,
    ],
    "an unknown user": [
      () => ({ ...broker.environment(), KAFKA_USERNAME: "nobody" }),
      "AUTHENTICATION",
      /compare KAFKA_USERNAME and KAFKA_PASSWORD with the KafkaUser/,
    ],
    "another mechanism": [
      () => ({ ...broker.environment(), KAFKA_SASL_MECHANISM: "PLAIN" }),
      "SASL_MECHANISM",
      /set KAFKA_SASL_MECHANISM to one that it offers/,
    ],
    "a missing topic": [
      () => ({ ...broker.environment({ user: users.admin }), KAFKA_CODEX_TOPIC: "no.such.topic" }),
      "TOPIC_MISSING",
      /topic no\.such\.topic does not exist: create it/,
    ],
    "a missing topic that is earlier in the alphabet": [
      () => ({ ...broker.environment({ user: users.admin }), KAFKA_CODEX_TOPIC: "a.missing.topic" }),
      "TOPIC_MISSING",
      /topic a\.missing\.topic does not exist: create it/,
    ],
    "a topic without an ACL": [
      () => ({ ...broker.environment(), KAFKA_CODEX_TOPIC: "not.ours" }),
      "NOT_AUTHORIZED",
      /may not write to topic not\.ours, or it does not exist: give the KafkaUser Write and Describe/,
    ],
    "a user without any ACL": [
      () => broker.environment({ user: users.stranger }),
      "NOT_AUTHORIZED",
      /give the KafkaUser Write and Describe/,
    ],
    "an unknown authority": [
      () => ({
        ...broker.environment({ tls: true }),
        KAFKA_CA_FILE: makeCertificates(join(broker.caFile, "..", "..", "other")).caFile,
      }),
      "TLS_AUTHORITY",
      /set KAFKA_CA_FILE to the cluster's CA/,
    ],
    "a certificate for another name": [
      () => ({ ...broker.environment({ tls: true }), KAFKA_BROKERS: `127.0.0.1:${broker.ports.tls}` }),
      "TLS_NAME",
      /the certificate of 127\.0\.0\.1:\d+ is for another name/,
    ],
    "TLS spoken to a listener without it": [
      () => ({ ...broker.environment({ tls: true }), KAFKA_BROKERS: `localhost:${broker.ports.plain}` }),
      "TLS_NOT_OFFERED",
      /does not speak TLS: name a listener with TLS in KAFKA_BROKERS/,
    ],
    "no TLS spoken to a listener with it": [
      () => ({ ...broker.environment(), KAFKA_BROKERS: `localhost:${broker.ports.tls}` }),
      "CONNECTION_CLOSED",
      /if this stays, KAFKA_BROKERS names no listener of Kafka, or one that expects TLS \(KAFKA_CA_FILE\)/,
    ],
    "nobody at the port": [
      () => ({ ...broker.environment(), KAFKA_BROKERS: "127.0.0.1:9" }),
      "UNREACHABLE",
      /cannot be reached at 127\.0\.0\.1:9: check that it runs, KAFKA_BROKERS/,
    ],
    "a host that does not exist": [
      () => ({ ...broker.environment(), KAFKA_BROKERS: "nothing.invalid:9092" }),
      "UNREACHABLE",
      /cannot be reached at nothing\.invalid:9092/,
    ],
  };
  test.concurrent.for(Object.keys(faults))(
    "%s: refused in time, not ready, and one line says what to do",
    async (name, context) => {
      const [settings, code, advice] = faults[name] ?? expect.unreachable();
      const { publisher, logged, ready } = publishing(settings(), context);
      const started = performance.now();
      const results = await Promise.allSettled([
        publisher.publish(deliveryRecords("a"), { withinMs: 3_000 }),
        publisher.publish(deliveryRecords("b"), { withinMs: 3_000 }),
      ]);
      expect(performance.now() - started).toBeLessThan(5_000);
      for (const result of results) {
        const error = result.status === "rejected" ? result.reason : undefined;
        expect(error).toBeInstanceOf(PublishError);
        expect(error).toMatchObject({ code, message: expect.stringMatching(advice) });
      }
      await ready(false);
      expect(publisher.notReady()).toMatch(advice);
      expect(logged).toEqual([
        expect.objectContaining({ level: "error", code, message: expect.stringMatching(advice) }),
      ]);
      expect(JSON.stringify(logged)).not.toMatch(/password"|not-the-password|froussard-password/);
    },
  );

  test("a CA file that is not there, or holds no certificate, ends the start and is named", () => {
    const missing = { ...broker.environment({ tls: true }), KAFKA_CA_FILE: "/no/such/ca.crt" };
    expect(() => publishing(missing)).toThrow(/^KAFKA_CA_FILE: cannot read \/no\/such\/ca\.crt: mount/);
    const other = { ...missing, KAFKA_CA_FILE: join(import.meta.dirname, "ca-file.ts") };
    expect(() => publishing(other)).toThrow(/^KAFKA_CA_FILE: .* holds no certificate in PEM form/);
  });

  test("topic and right that come later are found by themselves, without a request", async () => {
    const { publisher, ready } = publishing({ ...broker.environment(), KAFKA_CODEX_TOPIC: "comes.later" });
    await ready(false);
    await broker.createTopic("comes.later");
    await broker.allow(users.service, ["comes.later"]);
    await ready(true);
    await publisher.publish(deliveryRecords("later"));
    expect(await stored("comes.later", "later")).toHaveLength(1);
  });

  test("a topic that is deleted while we publish is named, and the other one's records do not hide it", async () => {
    await broker.createTopic("goes.away");
    await broker.allow(users.service, ["goes.away"]);
    const { publisher, ready, logged } = publishing({ ...broker.environment(), KAFKA_CODEX_TOPIC: "goes.away" });
    await ready(true);
    await publisher.publish(deliveryRecords("before"));
    await broker.admin.deleteTopics({ topics: ["goes.away"] });
    const advice = /^topic goes\.away does not exist/;
    await vi.waitUntil(
      () =>
        publisher.publish(deliveryRecords("after"), { withinMs: 2_000 }).then(
          () => false,
          ({ message }) => advice.test(message),
        ),
      20_000,
    );
    await ready(false);
    for (let n = 0; n < 3; n++) {
      await publisher.publish(deliveryRecords(`event-${n}`).slice(0, 1));
      await expect(publisher.publish(deliveryRecords(`task-${n}`))).rejects.toMatchObject({ code: "TOPIC_MISSING" });
    }
    expect(publisher.notReady()).toMatch(/topic goes\.away does not exist/);
    expect(logged.filter(({ code }) => code === "TOPIC_MISSING")).toEqual([
      expect.objectContaining({ message: expect.stringMatching(advice) }),
    ]);
    expect(logged.some(({ message }) => message === "kafka takes records again")).toBe(false);
  });
});
