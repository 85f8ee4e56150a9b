import { type Agent, request } from "node:http";
import type { Accepted } from "../../serve/receive-delivery.ts";
import type { DrawnDelivery } from "./draw-delivery.ts";
import type { Send } from "./sent-delivery.ts";

/** GitHub waits so long. Milliseconds. */
const patienceMs = 10_000;

/** Sends a delivery once, as GitHub does, and remembers how it went. */
export async function postDelivery(port: number, agent: Agent, { body, headers, sent }: DrawnDelivery): Promise<Send> {
  const send: Send = { startedAt: performance.now(), endedAt: Number.NaN, outcome: "cut" };
  sent.sends.push(send);
  const { promise, resolve } = Promise.withResolvers<void>();
  const sending = request({
    agent,
    port,
    host: "127.0.0.1",
    method: "POST",
    path: "/webhooks/github",
    headers: { ...headers, "content-length": body.length },
  });
  const patience = setTimeout(() => {
    send.outcome = "silent";
    sending.destroy();
  }, patienceMs);
  sending.on("response", (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    // Only an answer that came whole is one.
    response.once("end", () => {
      send.outcome = response.statusCode ?? 0;
      if (send.outcome === 202) send.stage = (JSON.parse(text) as Accepted).codexStageTriggered;
    });
  });
  sending.on("error", () => {}).once("close", resolve);
  sending.end(body);
  await promise;
  clearTimeout(patience);
  send.endedAt = performance.now();
  return send;
}
