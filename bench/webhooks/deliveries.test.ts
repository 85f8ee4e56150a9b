import { join } from "node:path";
import { freePorts } from "froussard/testing/broker/free-ports";
import { type ServeKit, secret, startServeKit } from "froussard/testing/serve-kit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyBytes, type Kind, type KnownIssue, kinds, signedDelivery } from "./deliveries.ts";
import { recordsOf } from "./records.ts";
import { sendDeliveries } from "./send-deliveries.ts";
import { startProcess } from "./start-process.ts";

let kit: ServeKit;
let known: KnownIssue;
beforeAll(async () => {
  kit = await startServeKit();
  const { repository, issue } = kit.on;
  known = {
    repository: { id: repository.id, nameWithOwner: repository.nameWithOwner, defaultBranch: "main" },
    issue: { id: issue.id, nodeId: issue.nodeId, number: issue.number },
    author: { id: 1, login: "octocat" },
  };
});
afterAll(() => kit.serving.stop());

const delivery = (kind: Kind, by = secret) => signedDelivery(kind, crypto.randomUUID(), known, by, kit.github.now);

describe.each(kinds)("a delivery of kind %s", (kind) => {
  test("is as large as said, and signed so that the service accepts it", async () => {
    const { headers, body } = delivery(kind);
    expect(body.length).toBe(bodyBytes);
    const response = await fetch(kit.url("/webhooks/github"), { method: "POST", headers, body: new Uint8Array(body) });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ codexStageTriggered: kind === "task" ? "planning" : null });
  });

  test("stands beside the records that the service makes of it", async () => {
    const sent = delivery(kind);
    kit.batches.length = 0;
    await fetch(kit.url("/webhooks/github"), {
      method: "POST",
      headers: sent.headers,
      body: new Uint8Array(sent.body),
    });
    expect(recordsOf(kind, sent, known, kit.github.now)).toEqual(kit.batches[0]);
  });
});

test("a delivery is not taken for one of the other kind", () => {
  expect(() => recordsOf("raw", delivery("task"), known, kit.github.now)).toThrow(/does not make what raw is/);
  expect(() => recordsOf("task", delivery("raw"), known, kit.github.now)).toThrow(/starts nothing/);
});

describe("sent for a while", () => {
  const send = (by?: string) =>
    sendDeliveries({
      url: kit.url("/webhooks/github"),
      connections: 3,
      seconds: 1,
      deliveries: [delivery("raw", by), delivery("raw", by)],
    });

  test("deliveries are counted and timed", async () => {
    kit.batches.length = 0;
    const load = await send();
    expect(load).toMatchObject({ failed: 0, perSecond: expect.any(Number) });
    expect(load.count).toBeGreaterThan(3);
    // Those that were under way at the end were published too.
    expect(kit.batches.length - load.count).toBeOneOf([0, 1, 2, 3]);
    expect(new Set(kit.batches.map(([record]) => record?.key)).size).toBe(2);
    expect(load.p50Ms).toBeGreaterThan(0);
    expect(load.p99Ms).toBeGreaterThanOrEqual(load.p50Ms);
  });

  test("refused ones count as failed", async () => {
    const load = await send("another secret");
    expect(load.count).toBe(0);
    expect(load.failed).toBeGreaterThan(3);
  });
});

test("the server that does the least takes what is signed, and nothing else", async () => {
  const [port = 0] = await freePorts(1);
  const floor = startProcess({
    command: process.execPath,
    arguments: [join(import.meta.dirname, "floor/main.ts")],
    environment: { PORT: String(port), GITHUB_WEBHOOK_SECRET: secret },
    logFile: "/dev/null",
  });
  const answer = ({ headers, body } = delivery("task")) =>
    fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body: new Uint8Array(body) }).then(
      ({ status }) => status,
      () => 0,
    );
  try {
    await floor.ready(async () => (await answer()) === 202);
    expect(await answer(delivery("task", "another secret"))).toBe(401);
  } finally {
    await floor.stop();
  }
});

test("a program that ends before it is ready is told with what it said", async () => {
  const ending = startProcess({
    command: process.execPath,
    arguments: ["-e", "process.exit(3)"],
    environment: {},
    logFile: "/dev/null",
  });
  await expect(ending.ready(async () => false)).rejects.toThrow(/ended with 3/);
});
