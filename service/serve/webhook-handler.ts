import type { IncomingMessage } from "node:http";
import { errorFields } from "../error-fields.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { Deadline } from "./deadline.ts";
import { deliveryIdPattern, readDelivery } from "./read-delivery.ts";
import { type Receiving, receiveDelivery, requestMs } from "./receive-delivery.ts";
import { Refusal } from "./refusal.ts";
import type { Handler } from "./server.ts";
import { SparseLog } from "./sparse-log.ts";

export interface WebhookHandling extends Receiving {
  /** One, or two while they are changed. */
  secrets: readonly string[];
  /** Shared by all requests. */
  budget: ByteBudget;
  /** Time for a whole request. Milliseconds. @default {@link requestMs} */
  requestMs?: number;
}

/** `POST /webhooks/github`; other providers are not known here. */
export function webhookHandler(of: WebhookHandling): Handler {
  const log = new SparseLog(of.log);
  return async (request, path, goOn) => {
    if (path !== "/webhooks/github") return undefined;
    const deadline = new Deadline(of.requestMs ?? requestMs);
    const read = () => readDelivery(request, { ...of, withinMs: deadline.leftMs, goOn });
    const { delivery, release } = await read().catch((error: unknown) => {
      if (error instanceof Refusal) refused(of, log, request, error);
      throw error;
    });
    try {
      return { status: 202, body: await receiveDelivery(of, delivery, deadline) };
    } finally {
      release();
    }
  };
}

function refused({ onWebhook }: Receiving, log: SparseLog, { headers }: IncomingMessage, refusal: Refusal): void {
  const { status } = refusal;
  onWebhook?.(String(headers["x-github-event"]), status === 503 ? "unavailable" : "refused");
  // Not signed, so anybody's text.
  const id = String(headers["x-github-delivery"] ?? "");
  const deliveryId = deliveryIdPattern.test(id) ? id : "(unusable)";
  log.warn(String(status), { deliveryId, status, ...errorFields(refusal) }, "delivery refused");
}
