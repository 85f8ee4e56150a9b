import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as it came over the wire; ids in hexadecimal, no parent: "". */
export interface SeenSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** OTLP: 2 server, 4 producer. */
  kind: number;
  attributes: Record<string, string>;
  /** OTLP: 0 unset, 2 error. */
  status: number;
  service: string;
}

export interface TraceCollector {
  endpoint: string;
  readonly spans: SeenSpan[];
  /** Everything that was received, to be searched for what must not be there. */
  readonly bytes: Buffer[];
  /** What it answers. @default 200 */
  status: number;
  close(): Promise<void>;
}

/** Receives traces as OTLP over HTTP (opentelemetry-proto: collector/trace/v1). */
export async function startTraceCollector(): Promise<TraceCollector> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const isTraces = request.url === "/v1/traces" && request.headers["content-type"] === "application/x-protobuf";
    if (isTraces && collector.status === 200) {
      collector.bytes.push(body);
      collector.spans.push(...readSpans(body));
    }
    response.writeHead(isTraces ? collector.status : 404, { "content-type": "application/x-protobuf" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const collector: TraceCollector = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: [],
    bytes: [],
    status: 200,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return collector;
}

/** Fields of one protobuf message by number. */
type Fields = Map<number, (Buffer | number)[]>;

function readSpans(request: Buffer): SeenSpan[] {
  return messages(fields(request), 1).flatMap((resourceSpans) => {
    const [resource] = messages(resourceSpans, 1);
    const service = attributes(resource, 1)["service.name"] ?? "";
    return messages(resourceSpans, 2).flatMap((scope) =>
      messages(scope, 2).map((span) => ({
        traceId: bytes(span, 1).toString("hex"),
        spanId: bytes(span, 2).toString("hex"),
        parentSpanId: bytes(span, 4).toString("hex"),
        name: bytes(span, 5).toString(),
        kind: Number(span.get(6)?.[0] ?? 0),
        attributes: attributes(span, 9),
        status: Number(messages(span, 15)[0]?.get(3)?.[0] ?? 0),
        service,
      })),
    );
  });
}

function attributes(of: Fields | undefined, field: number): Record<string, string> {
  const pairs = of ? messages(of, field) : [];
  return Object.fromEntries(
    pairs.map((pair) => {
      const [value] = messages(pair, 2);
      const [text, number] = [value?.get(1)?.[0], value?.get(3)?.[0]];
      return [bytes(pair, 1).toString(), String(text ?? number ?? "")];
    }),
  );
}

function messages(of: Fields, field: number): Fields[] {
  return (of.get(field) ?? []).flatMap((each) => (typeof each === "number" ? [] : [fields(each)]));
}

function bytes(of: Fields, field: number): Buffer {
  const value = of.get(field)?.[0];
  return typeof value === "object" ? value : Buffer.alloc(0);
}

function fields(message: Buffer): Fields {
  const found: Fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(value);
    }
  };
  const take = (length: number) => {
    at += length;
    return message.subarray(at - length, at);
  };
  const byWireType = new Map<number, () => Buffer | number>([
    [0, varint],
    [1, () => take(8)],
    [2, () => take(varint())],
    [5, () => take(4)],
  ]);
  while (at < message.length) {
    const tag = varint();
    const value = byWireType.get(tag & 7)?.();
    if (value === undefined) throw new Error(`wire type ${tag & 7} at ${at} is none of protobuf's`);
    found.set(tag >> 3, [...(found.get(tag >> 3) ?? []), value]);
  }
  return found;
}
