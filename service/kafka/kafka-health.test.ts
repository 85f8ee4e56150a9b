import { expect, onTestFinished, test } from "vitest";
import type { Clock } from "../clock.ts";
import { until } from "../testing/until.ts";
import { type HealthOptions, KafkaHealth } from "./kafka-health.ts";

/** Health whose sleeps end when the test says so, or when they are told to. */
function setUp(check: HealthOptions["check"]) {
  const sleeps: { ms: number; end: () => void }[] = [];
  const clock: Clock = {
    now: () => new Date(0),
    sleep(ms, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      signal?.addEventListener("abort", () => resolve());
      if (signal?.aborted) resolve();
      sleeps.push({ ms, end: resolve });
      return promise;
    },
  };
  const seen: (string | undefined)[] = [];
  const health = new KafkaHealth({ check, clock, onChecked: (fault) => void seen.push(fault?.code) });
  onTestFinished(() => health.stop());
  const slept = (count: number) => until(() => sleeps.length >= count, 2_000);
  return { health, sleeps, seen, slept };
}

test("it looks again by itself: sooner while Kafka is not there", async () => {
  const faults = [undefined, Object.assign(new Error("connect"), { code: "ECONNREFUSED" })];
  const { sleeps, seen, slept } = setUp(async () => {
    const fault = faults.shift();
    if (fault) throw fault;
  });
  for (const count of [1, 2, 3, 4]) {
    await slept(count);
    sleeps[count - 1]?.end();
  }
  expect(seen.slice(0, 2)).toEqual([undefined, "UNREACHABLE"]);
  expect(sleeps.slice(0, 4).map(({ ms }) => ms)).toEqual([250, 4_750, 250, 750]);
});

test("asked to look now, it does so once, and not before a pause has passed", async () => {
  const { health, sleeps, seen, slept } = setUp(async () => {});
  await slept(1);
  for (let n = 0; n < 100; n++) health.lookNow();
  expect(seen).toHaveLength(1);
  sleeps[0]?.end();
  await slept(3);
  expect(seen).toHaveLength(2);
  sleeps[2]?.end();
  await slept(4);
  expect(seen).toHaveLength(2);
});

test("stopping does not wait for the next look", async () => {
  const { health, slept } = setUp(async () => {});
  await slept(1);
  await health.stop();
});
