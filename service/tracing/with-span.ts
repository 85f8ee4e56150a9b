import { headers } from "@froussard/contract";
import {
  type Attributes,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { OutgoingRecord } from "../publisher.ts";

export interface SpanOptions {
  kind: SpanKind;
  /** Ids, names and enumerations; never what people wrote. */
  attributes: Attributes;
  /** @default none: a trace of its own begins, whatever the sender of a request says */
  parent?: Span;
}

const nothing = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/**
 * Does `work` within a span, which ends with it. Without a tracer it costs next to nothing. Of an error only its kind is
 * told, for messages can hold what people wrote. @throws what `work` throws
 */
export async function withSpan<T>(
  tracer: Tracer | undefined,
  name: string,
  { kind, attributes, parent }: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  if (!tracer) return work(nothing);
  const span = tracer.startSpan(
    name,
    { kind, attributes },
    parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
  );
  try {
    return await work(span);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute("error.type", error instanceof Error ? error.name : typeof error);
    throw error;
  } finally {
    span.end();
  }
}

/** The records of a publication with the span that publishes them as a header (W3C trace context), when there is one. */
export function withTraceparent(records: readonly OutgoingRecord[], span: Span): readonly OutgoingRecord[] {
  const context = span.spanContext();
  if (!isSpanContextValid(context)) return records;
  const flags = context.traceFlags.toString(16).padStart(2, "0");
  const traceparent = `00-${context.traceId}-${context.spanId}-${flags}`;
  return records.map((record) => ({ ...record, headers: { ...record.headers, [headers.traceparent]: traceparent } }));
}
