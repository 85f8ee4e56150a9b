import type { Tracer } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import { ATTR_SERVICE_NAME } from "@opentelemetry/semantic-conventions";
import { errorFields } from "../error-fields.ts";
import type { ServiceLog } from "../service-log.ts";

export interface Tracing {
  tracer: Tracer;
  /** Sends what is left, and gives up after `withinMs`. Never rejects, safe to call twice. @default 3_000 */
  stop(withinMs?: number): Promise<void>;
}

export interface TracingOptions {
  /** The collector (OTLP over HTTP, protobuf); `/v1/traces` is added. */
  endpoint: string;
  log: ServiceLog;
}

/** One export, its repetitions included: what a stop may have to wait for. */
const exportMs = 5_000;
/** A collector that is away is told about this often. */
const tellEveryMs = 60_000;

/**
 * Sends traces of the service `froussard` in the background. A collector that is slow or away costs spans (2,048 wait at
 * most), never a delivery. What else OpenTelemetry reads from the environment (`OTEL_EXPORTER_OTLP_HEADERS`, …) applies.
 */
export function startTracing({ endpoint, log }: TracingOptions): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
    timeoutMillis: exportMs,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: "froussard" }),
    spanProcessors: [new BatchSpanProcessor({ exporter: telling(exporter, log), exportTimeoutMillis: exportMs * 2 })],
  });
  return {
    tracer: provider.getTracer("froussard"),
    async stop(withinMs = 3_000) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, withinMs);
      // What could not be sent has been told by then.
      await Promise.race([provider.shutdown().catch(() => {}), promise]);
      clearTimeout(timer);
    },
  };
}

/** Says in the log when spans cannot be sent; OpenTelemetry by itself keeps silent. */
function telling(exporter: OTLPTraceExporter, log: ServiceLog): SpanExporter {
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code !== ExportResultCode.SUCCESS && performance.now() - toldAt >= tellEveryMs) {
          toldAt = performance.now();
          log.warn(errorFields(result.error), "traces cannot be sent: check OTEL_EXPORTER_OTLP_ENDPOINT");
        }
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
