import type { IncomingMessage } from "node:http";
import { limits } from "@froussard/contract";
import { readBody } from "./read-body.ts";
import { Refusal } from "./refusal.ts";
import { isSigned } from "./signature.ts";

/** A webhook whose signature fits. */
export interface Delivery {
  deliveryId: string;
  event: string;
  hookId?: string;
  contentType: string;
  /** As received. */
  body: Buffer;
  payload: Record<string, unknown>;
}

const required = ["x-github-delivery", "x-github-event", "x-hub-signature-256"] as const;

/**
 * Checks and reads a request to the webhook's path. Refuses in the order method, content type, headers (all that are
 * missing at once), size, signature, JSON. @throws Refusal
 */
export async function readDelivery(request: IncomingMessage, secrets: readonly string[]): Promise<Delivery> {
  if (request.method !== "POST") throw new Refusal(405, "webhooks are sent by POST", { allow: "POST" });
  const contentType = request.headers["content-type"] ?? "";
  const mediaType = contentType.split(";", 1)[0]?.trim().toLowerCase();
  const isForm = mediaType === "application/x-www-form-urlencoded";
  if (!isForm && mediaType !== "application/json")
    throw new Refusal(415, "set the webhook's content type to application/json");
  const { deliveryId, event, signature, hookId } = readHeaders(request);
  const body = await readBody(request, limits.webhookBytes);
  if (!isSigned(body, signature, secrets))
    throw new Refusal(401, "the signature does not fit: compare the webhook's secret with GITHUB_WEBHOOK_SECRET");
  const payload = parsePayload(isForm ? formPayload(body) : body.toString("utf8"));
  return { deliveryId, event, ...(hookId !== undefined && { hookId }), contentType, body, payload };
}

function readHeaders({ headers }: IncomingMessage) {
  const missing = required.filter((name) => !headers[name]);
  const signatureOnly = missing.length === 1 && missing[0] === "x-hub-signature-256";
  if (signatureOnly) throw new Refusal(401, "the delivery is not signed: set a secret on the webhook");
  if (missing.length > 0) throw new Refusal(400, `headers missing: ${missing.join(", ")}`);
  const deliveryId = String(headers["x-github-delivery"]);
  const event = String(headers["x-github-event"]);
  if (!/^[0-9A-Za-z-]{1,64}$/.test(deliveryId)) throw new Refusal(400, "x-github-delivery is not a delivery id");
  if (!/^[a-z_]{1,64}$/.test(event)) throw new Refusal(400, "x-github-event is not the name of an event");
  const hookId = headers["x-github-hook-id"];
  const usable = typeof hookId === "string" && /^[0-9]{1,20}$/.test(hookId);
  return { deliveryId, event, signature: String(headers["x-hub-signature-256"]), ...(usable && { hookId }) };
}

function formPayload(body: Buffer): string {
  const payload = new URLSearchParams(body.toString("utf8")).get("payload");
  if (payload === null) throw new Refusal(400, "the form has no field payload");
  return payload;
}

function parsePayload(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, "the payload is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal(400, "the payload is not a JSON object");
  return value as Record<string, unknown>;
}
