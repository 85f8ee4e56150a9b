import { errorFields } from "../error-fields.ts";
import { eventLabel, type Metrics } from "../metrics.ts";
import { readDelivery } from "./read-delivery.ts";
import { type Receiving, receiveDelivery } from "./receive-delivery.ts";
import { Refusal } from "./refusal.ts";
import type { Handler } from "./server.ts";

/** `POST /webhooks/github`; other providers are not known here. */
export function webhookHandler(receiving: Receiving, secrets: readonly string[], metrics: Metrics): Handler {
  return async (request, path) => {
    if (path !== "/webhooks/github") return undefined;
    try {
      const delivery = await readDelivery(request, secrets);
      return { status: 202, body: await receiveDelivery(receiving, delivery) };
    } catch (error) {
      if (error instanceof Refusal && error.status !== 503) {
        metrics.webhooks.inc({ event: eventLabel(String(request.headers["x-github-event"])), verdict: "refused" });
        const deliveryId = String(request.headers["x-github-delivery"] ?? "").slice(0, 64);
        receiving.log.warn({ deliveryId, status: error.status, ...errorFields(error) }, "delivery refused");
      }
      throw error;
    }
  };
}
