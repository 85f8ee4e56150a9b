import type { Metrics } from "../metrics.ts";
import { Refusal } from "./refusal.ts";
import type { Handler } from "./server.ts";

/** `GET /health/liveness`, `/health/readiness` and `/metrics`. `notReady` says why the service should get no requests. */
export function healthHandlers(metrics: Metrics, notReady: () => Promise<string | undefined>): Handler[] {
  const get =
    (at: string, answer: () => ReturnType<Handler>): Handler =>
    async (request, path) => {
      if (path !== at) return undefined;
      if (request.method !== "GET" && request.method !== "HEAD")
        throw new Refusal(405, `${at} is read by GET`, { allow: "GET, HEAD" });
      return answer();
    };
  return [
    get("/health/liveness", async () => ({ status: 200, body: { status: "ok" } })),
    get("/health/readiness", async () => {
      const reason = await notReady();
      return reason === undefined
        ? { status: 200, body: { status: "ok" } }
        : { status: 503, body: { status: "not ready", reason } };
    }),
    get("/metrics", async () => ({
      status: 200,
      body: await metrics.registry.metrics(),
      headers: { "content-type": metrics.registry.contentType },
    })),
  ];
}
