import { SpanKind, trace } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTraceCollector, type TraceCollector } from "../testing/trace-collector.ts";
import { startTracing, type Tracing } from "./start-tracing.ts";
import { withSpan, withTraceparent } from "./with-span.ts";

let collector: TraceCollector;
let tracing: Tracing;
let warnings: [object, string][];

beforeEach(async () => {
  collector = await startTraceCollector();
  warnings = [];
  const log = { debug() {}, info() {}, error() {}, warn: (...line: [object, string]) => warnings.push(line) };
  tracing = startTracing({ endpoint: `${collector.endpoint}/`, log });
});
afterEach(async () => {
  await tracing.stop(100);
  await collector.close();
});

const server = { kind: SpanKind.SERVER, attributes: { "github.event": "issues" } };
const record = { topic: "github.codex.tasks", key: "octocat/hello#1", headers: {}, value: "{}" };
const producer = { kind: SpanKind.PRODUCER, attributes: {} };

describe("traces", () => {
  test("arrive with their parents, and the header of a record is the span that published it", async () => {
    let header: string | undefined;
    const answer = await withSpan(tracing.tracer, "webhook", server, (span) =>
      withSpan(tracing.tracer, "publish", { ...producer, parent: span }, async (publishing) => {
        header = withTraceparent([record], publishing)[0]?.headers["traceparent"];
        return 42;
      }),
    );
    await tracing.stop();
    expect(answer).toBe(42);
    const [webhook, publish] = ["webhook", "publish"].map((name) => collector.spans.find((each) => each.name === name));
    expect(webhook).toMatchObject({ kind: 2, parentSpanId: "", service: "froussard", status: 0 });
    expect(webhook?.attributes).toEqual({ "github.event": "issues" });
    expect(publish).toMatchObject({ kind: 4, parentSpanId: webhook?.spanId, traceId: webhook?.traceId });
    expect(header).toBe(`00-${publish?.traceId}-${publish?.spanId}-01`);
    expect(header).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  test("tell that something failed, and not in whose words", async () => {
    const failing = withSpan(tracing.tracer, "publish", producer, async () => {
      throw new RangeError("the issue says: my private words");
    });
    await expect(failing).rejects.toThrow("my private words");
    await tracing.stop();
    expect(collector.spans).toMatchObject([{ name: "publish", status: 2, attributes: { "error.type": "RangeError" } }]);
    expect(Buffer.concat(collector.bytes).includes("private")).toBe(false);
  });

  test("cost nothing and leave no header without a tracer", async () => {
    const records = [record];
    const same = await withSpan(undefined, "publish", producer, async (span) => {
      expect(span.isRecording()).toBe(false);
      return withTraceparent(records, span);
    });
    expect(same).toBe(records);
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  test("that the collector refuses are told in the log once, and lost", async () => {
    collector.status = 401;
    for (const name of ["one", "two"]) await withSpan(tracing.tracer, name, producer, async () => {});
    await tracing.stop();
    expect(warnings).toEqual([
      [expect.objectContaining({ error: expect.any(String) }), expect.stringMatching(/OTEL_EXPORTER_OTLP_ENDPOINT/)],
    ]);
    expect(collector.spans).toEqual([]);
  });

  test("hold a stop up no longer than it allows, whatever the collector does", async () => {
    collector.status = 503;
    await withSpan(tracing.tracer, "publish", producer, async () => {});
    const began = performance.now();
    await tracing.stop(50);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
