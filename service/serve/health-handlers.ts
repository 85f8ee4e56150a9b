import type { Metrics } from "../metrics.ts";
import { Refusal } from "./refusal.ts";
import type { Handler } from "./server.ts";

/**
 * `GET /health/liveness`, `/health/readiness` and `/metrics`. `notReady` says why the service should get no requests,
 * `stuck` why only a new process helps.
 */
export function healthHandlers(
  metrics: Pick<Metrics, "registry" | "notReady">,
  notReady: () => Promise<string | undefined>,
  stuck: () => string | undefined = () => undefined,
): Handler[] {
  metrics.notReady = notReady;
  const verdict = (reason: string | undefined, status: string) =>
    reason === undefined ? { status: 200, body: { status: "ok" } } : { status: 503, body: { status, reason } };
  const get =
    (at: string, answer: () => ReturnType<Handler>): Handler =>
    async (request, path) => {
      if (path !== at) return undefined;
      if (request.method !== "GET" && request.method !== "HEAD")
        throw new Refusal(405, `${at} is read by GET`, { allow: "GET, HEAD" });
      return answer();
    };
  // Takes a millisecond or more of the one thread: those who ask at the same time get the same answer.
  let scrape: Promise<string> | undefined;
  const scraped = () => {
    scrape ??= metrics.registry.metrics().finally(() => {
      scrape = undefined;
    });
    return scrape;
  };
  return [
    get("/health/liveness", async () => verdict(stuck(), "stuck")),
    get("/health/readiness", async () => verdict(await notReady(), "not ready")),
    get("/metrics", async () => ({
      status: 200,
      body: await scraped(),
      headers: { "content-type": metrics.registry.contentType },
    })),
  ];
}
