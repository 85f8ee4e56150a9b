import { topics } from "@froussard/contract";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { brokerTools } from "../testing/broker/broker-tools.ts";
import { firstAcknowledged } from "../testing/broker/fresh-client.ts";
import { type Broker, startBroker } from "../testing/broker/start-broker.ts";
import { users } from "../testing/broker/users.ts";
import { deliveryRecords, openPublishing } from "../testing/kafka-kit.ts";
import { compareStored, countStored, type Load, startLoad } from "../testing/kafka-load.ts";
import { describeWith } from "../testing/needs-tools.ts";
import { startTcpProxy } from "../testing/tcp-proxy.ts";
import type { KafkaPublisherOptions } from "./kafka-publisher.ts";

describeWith(brokerTools, "outages of a real broker", () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker();
    await broker.createTopics();
    await broker.allow(users.service);
  }, 120_000);
  afterAll(() => broker?.stop());

  const publishing = (options?: Partial<KafkaPublisherOptions>) => {
    const opened = openPublishing(broker.environment(), options);
    onTestFinished(() => opened.publisher.close());
    return opened;
  };
  const acknowledgedAfter = (load: Load, time: number) =>
    vi.waitUntil(() => [...load.acknowledged.values()].find((each) => each > time), { timeout: 30_000, interval: 5 });

  test("Kafka may come up later than we do", async () => {
    await broker.kill();
    const { publisher, ready, logged } = publishing();
    await expect(publisher.publish(deliveryRecords("early"), { withinMs: 300 })).rejects.toMatchObject({
      code: "UNREACHABLE",
    });
    await ready(false);
    await broker.restart();
    await ready(true);
    await publisher.publish(deliveryRecords("late"));
    expect((await countStored(broker))[topics.webhookEvents]?.get("late")).toBe(1);
    expect(logged[0]).toMatchObject({ level: "error", code: "UNREACHABLE" });
    expect(logged.at(-1)).toMatchObject({ level: "info", message: "kafka takes records again" });
  }, 60_000);

  test("kill -9 and restart under load: nothing acknowledged is lost, and it goes on by itself", async () => {
    const { publisher, ready } = publishing();
    await ready(true);
    const load = startLoad(publisher, { senders: 32, prefix: "killed", withinMs: 1_000 });
    await vi.waitUntil(() => load.acknowledged.size > 200, 20_000);
    await broker.kill();
    await ready(false);
    const [there] = await Promise.all([firstAcknowledged(broker), broker.restart()]);
    const again = await acknowledgedAfter(load, there);
    await ready(true);
    await load.stop();
    expect(again - there).toBeLessThan(2_000);
    expect(load.slowestMs).toBeLessThan(3_000);
    expect(load.refused.size).toBeGreaterThan(0);
    expect(compareStored(load.acknowledged.keys(), await countStored(broker)).lost).toEqual([]);
  }, 60_000);

  test("a broker that hangs for 5 s: publishes end in their time, and it goes on by itself", async () => {
    const { publisher, ready } = publishing();
    await ready(true);
    const load = startLoad(publisher, { senders: 32, prefix: "frozen", withinMs: 1_000 });
    await vi.waitUntil(() => load.acknowledged.size > 200, 20_000);
    const frozen = performance.now();
    broker.freeze();
    await ready(false);
    await vi.waitUntil(() => performance.now() - frozen > 5_000, 10_000);
    broker.thaw();
    const there = await firstAcknowledged(broker);
    const again = await acknowledgedAfter(load, there);
    await ready(true);
    await load.stop();
    expect(again - there).toBeLessThan(2_000);
    expect(load.slowestMs).toBeLessThan(3_000);
    expect(load.refused.size).toBeGreaterThan(0);
    expect(compareStored(load.acknowledged.keys(), await countStored(broker)).lost).toEqual([]);
  }, 60_000);

  test("a far broker is none: signing in may take more than a second", async () => {
    const proxy = await startTcpProxy();
    onTestFinished(() => proxy.close());
    proxy.leadTo(broker.ports.plain);
    proxy.slowDown(150);
    const { publisher, ready } = openPublishing({
      ...broker.environment(),
      KAFKA_BROKERS: `127.0.0.1:${proxy.port}`,
    });
    onTestFinished(() => publisher.close());
    await publisher.publish(deliveryRecords("far"), { withinMs: 15_000 });
    await ready(true);
  }, 60_000);

  test("what waits is bounded: beyond it a publish is refused at once; close sends what is in hand", async () => {
    const { publisher, ready } = publishing({ maxBytes: 100_000 });
    await ready(true);
    await publisher.publish(deliveryRecords("before"));
    broker.freeze();
    const waiting = ["a", "b"].map((id) => publisher.publish(deliveryRecords(id, 20_000), { withinMs: 10_000 }));
    const started = performance.now();
    await expect(publisher.publish(deliveryRecords("c", 20_000))).rejects.toMatchObject({ code: "QUEUE_FULL" });
    expect(performance.now() - started).toBeLessThan(1_000);
    const closed = publisher.close();
    broker.thaw();
    await Promise.all([...waiting, closed]);
    const stored = await countStored(broker);
    for (const id of ["a", "b"])
      for (const topic of Object.values(topics)) expect(stored[topic]?.get(id)).toBeGreaterThan(0);
  }, 60_000);
});
