import { headers } from "@froussard/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openedPayload } from "../testing/opened-payload.ts";
import { deliveryId, type ServeKit, startServeKit } from "../testing/serve-kit.ts";
import { startTraceCollector, type TraceCollector } from "../testing/trace-collector.ts";
import { startTracing, type Tracing } from "../tracing/start-tracing.ts";

let collector: TraceCollector;
let tracing: Tracing;
let kit: ServeKit;
const open: ServeKit[] = [];

beforeEach(async () => {
  collector = await startTraceCollector();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  tracing = startTracing({ endpoint: collector.endpoint, log });
  kit = await startServeKit({ tracer: tracing.tracer });
  open.push(kit);
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.serving.stop();
  await tracing.stop(100);
  await collector.close();
});

async function spans() {
  await tracing.stop();
  return Object.fromEntries(collector.spans.map((span) => [span.name, span]));
}
const traceparents = () => kit.batches.flat().map((record) => record.headers[headers.traceparent]);

describe("a delivery's trace", () => {
  test("names delivery, verdict and task, and is the header of both records", async () => {
    await kit.send({ body: JSON.stringify(openedPayload(kit.on)) });
    const { webhook, publish } = await spans();
    expect(webhook).toMatchObject({ kind: 2, parentSpanId: "" });
    expect(webhook?.attributes).toEqual({
      "github.delivery.id": deliveryId,
      "github.event": "issues",
      "github.action": "opened",
      "froussard.verdict": "planning",
      "froussard.task.stage": "planning",
      "froussard.task.id": kit.batches[0]?.[1]?.headers[headers.taskId],
    });
    expect(publish).toMatchObject({ kind: 4, traceId: webhook?.traceId, parentSpanId: webhook?.spanId });
    const header = `00-${publish?.traceId}-${publish?.spanId}-01`;
    expect(traceparents()).toEqual([header, header]);
  });

  test("is its own, whatever the request says", async () => {
    const given = "0af7651916cd43dd8448eb211c80319c";
    const more = { traceparent: `00-${given}-b7ad6b7169203331-01`, tracestate: "evil=1", baggage: "evil=1" };
    await kit.send({ body: JSON.stringify(openedPayload(kit.on)), headers: more });
    const { webhook } = await spans();
    expect(webhook?.parentSpanId).toBe("");
    expect(webhook?.traceId).not.toBe(given);
    expect(traceparents().join()).not.toContain(given);
    expect(Buffer.concat(collector.bytes).includes("evil")).toBe(false);
  });

  test("is not begun for who has no secret", async () => {
    const body = JSON.stringify(openedPayload(kit.on));
    const unsigned = { "x-hub-signature-256": `sha256=${"0".repeat(64)}` };
    expect((await kit.send({ body, headers: unsigned })).status).toBe(401);
    expect(await spans()).toEqual({});
  });

  test("shows that nothing became durable", async () => {
    kit.world.publish = async () => {
      throw new Error("my private words");
    };
    expect((await kit.send({ body: JSON.stringify(openedPayload(kit.on)) })).status).toBe(503);
    expect(await spans()).toMatchObject({ webhook: { status: 2 }, publish: { status: 2 } });
    expect(Buffer.concat(collector.bytes).includes("private")).toBe(false);
  });

  test("holds nothing that people wrote", async () => {
    Object.assign(kit.on.issue, { title: "a private title", body: "a private body" });
    const payload = { ...openedPayload(kit.on), action: "Private Words" };
    await kit.send({ body: JSON.stringify(payload) });
    await kit.send({ body: JSON.stringify(openedPayload(kit.on)) });
    await spans();
    expect(Buffer.concat(collector.bytes).toString("latin1")).not.toMatch(/private/i);
    expect(collector.spans).toHaveLength(4);
  });

  test("costs nothing and leaves no header when none is asked for", async () => {
    const quiet = await startServeKit();
    open.push(quiet);
    await quiet.send({ body: JSON.stringify(openedPayload(quiet.on)) });
    expect(quiet.batches.flat().map((record) => headers.traceparent in record.headers)).toEqual([false, false]);
    expect(await spans()).toEqual({});
  });
});
