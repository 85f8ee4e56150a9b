import { afterEach, beforeEach, expect, test } from "vitest";
import { openedPayload } from "../testing/opened-payload.ts";
import { type ServeKit, startServeKit } from "../testing/serve-kit.ts";

let kit: ServeKit;
beforeEach(async () => {
  kit = await startServeKit({ requestMs: 30 });
});
afterEach(() => kit.serving.stop());

const opened = () => JSON.stringify(openedPayload(kit.on));

test("liveness and readiness; readiness comes back by itself", async () => {
  expect(await kit.get("/health/liveness")).toMatchObject({ status: 200 });
  expect(await kit.get("/health/readiness")).toMatchObject({ status: 200 });
  kit.world.notReady = async () => "the queue cannot be read";
  expect(await kit.get("/health/readiness")).toEqual({
    status: 503,
    text: '{"status":"not ready","reason":"the queue cannot be read"}',
  });
  expect(await kit.get("/health/liveness")).toMatchObject({ status: 200 });
  kit.world.notReady = async () => undefined;
  expect(await kit.get("/health/readiness")).toMatchObject({ status: 200 });
  expect((await fetch(kit.url("/metrics"), { method: "DELETE" })).status).toBe(405);
  expect((await fetch(kit.url("/health/liveness"), { method: "HEAD" })).status).toBe(200);
});

test("liveness tells a publisher that answers nothing, long after its time; a queue that refuses is none", async () => {
  kit.world.publish = () => Promise.reject(new Error("down"));
  expect((await kit.send({ body: opened() })).status).toBe(503);
  expect(await kit.get("/health/liveness")).toMatchObject({ status: 200 });
  const { promise, resolve } = Promise.withResolvers<void>();
  kit.world.publish = () => promise;
  expect((await kit.send({ body: opened() })).status).toBe(503);
  await expect
    .poll(() => kit.get("/health/liveness"))
    .toMatchObject({
      status: 503,
      text: expect.stringContaining("publisher has not answered"),
    });
  resolve();
  await expect.poll(() => kit.get("/health/liveness")).toMatchObject({ status: 200 });
});

test("metrics count webhooks by event and verdict, and published tasks", async () => {
  await kit.serving.stop();
  kit = await startServeKit();
  await kit.send({ body: opened() });
  await kit.send({ event: "codex_surprise" });
  await kit.send({ body: "{" });
  kit.world.publish = () => Promise.reject(new Error("down"));
  await kit.send({ body: opened() });
  const { text } = await kit.get("/metrics");
  expect(text).toContain('froussard_webhooks_total{event="issues",verdict="planning"} 1');
  expect(text).toContain('froussard_webhooks_total{event="other",verdict="ignored"} 1');
  expect(text).toContain('froussard_webhooks_total{event="issues",verdict="refused"} 1');
  expect(text).toContain('froussard_webhooks_total{event="issues",verdict="unavailable"} 1');
  expect(text).toContain('froussard_tasks_published_total{stage="planning"} 1');
});

test("log lines carry delivery id and task id, and nothing of what people wrote", async () => {
  await kit.serving.stop();
  kit = await startServeKit();
  kit.on.issue.body = "my secret plan";
  await kit.send({ body: opened() });
  expect(kit.logged).toContainEqual(
    expect.objectContaining({
      deliveryId: expect.stringContaining("72d3162e"),
      taskId: expect.stringContaining("codex-planning"),
    }),
  );
  expect(JSON.stringify(kit.logged)).not.toContain("my secret plan");
});
