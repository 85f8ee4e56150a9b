import { createHmac } from "node:crypto";
import type { Delivery, Hook } from "./hooks.ts";

/** GitHub gives a receiver ten seconds. */
const deliveryTimeoutMs = 10_000;

export function deliveryHeaders(
  hook: Hook,
  { guid, event, body }: { guid: string; event: string; body: string },
): Record<string, string> {
  const sign = (algorithm: string): string =>
    `${algorithm}=${createHmac(algorithm, hook.secret ?? "")
      .update(body)
      .digest("hex")}`;
  return {
    Accept: "*/*",
    "Content-Type": "application/json",
    "User-Agent": "GitHub-Hookshot/5110173",
    "X-GitHub-Delivery": guid,
    "X-GitHub-Event": event,
    "X-GitHub-Hook-ID": String(hook.id),
    "X-GitHub-Hook-Installation-Target-ID": String(hook.repository.id),
    "X-GitHub-Hook-Installation-Target-Type": "repository",
    ...(hook.secret === null ? {} : { "X-Hub-Signature": sign("sha1"), "X-Hub-Signature-256": sign("sha256") }),
  };
}

/** One attempt; what comes of it is written into the delivery, as GitHub's delivery log words it. */
export async function send(delivery: Delivery, closing: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const limit = AbortSignal.timeout(deliveryTimeoutMs);
  try {
    const response = await fetch(delivery.hook.url, {
      method: "POST",
      headers: delivery.headers,
      body: delivery.body,
      redirect: "manual",
      signal: AbortSignal.any([limit, closing]),
    });
    delivery.responseBody = (await response.text()).slice(0, 65_536);
    delivery.responseHeaders = Object.fromEntries(response.headers);
    delivery.statusCode = response.status;
    delivery.status = response.ok ? "OK" : `Invalid HTTP Response: ${response.status}`;
  } catch (error) {
    delivery.status = limit.aborted ? "timed out" : "failed to connect to host";
    delivery.statusCode = limit.aborted ? 504 : 502;
    delivery.responseBody = error instanceof Error ? error.message : String(error);
  }
  delivery.durationMs = Math.round(performance.now() - startedAt);
}
