import type { IncomingMessage } from "node:http";
import { limits } from "@froussard/contract";
import { fitsEventRecord } from "../records.ts";
import { isTranslated } from "../translate.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { type Body, readBody } from "./read-body.ts";
import { glanceAtPayload, type Payload, readPayload } from "./read-payload.ts";
import { Refusal } from "./refusal.ts";
import { SignatureCheck } from "./signature.ts";

/** What GitHub's delivery ids are: GUIDs, and a little more is let through. */
export const deliveryIdPattern = /^[0-9A-Za-z-]{1,64}$/;

/** A webhook whose signature fits. */
export interface Delivery {
  deliveryId: string;
  event: string;
  hookId?: string;
  /** The media type; parameters mean nothing for JSON and for forms. */
  contentType: string;
  action?: string;
  /** As received; undefined when it was too large to be kept. */
  body: Buffer | undefined;
  /** Of the body, in bytes. */
  size: number;
  /** Only of events that may mean something to us. */
  payload?: Record<string, unknown> | undefined;
}

export interface ReadingDelivery {
  secrets: readonly string[];
  budget: ByteBudget;
  /** Time for the body. Milliseconds. */
  withinMs: number;
  /** Tells a sender that waits for it to send the body. */
  goOn: () => void;
}

/**
 * Of the events that are read: GitHub's texts have at most 65,536 characters, and an event holds three of them at most, so
 * that even with every character escaped it stays below this. One that is larger is left to the loop.
 */
const readableBytes = 2 * 1024 * 1024;

const required = ["x-github-delivery", "x-github-event", "x-hub-signature-256"] as const;

/**
 * Checks and reads a request to the webhook's path. Refuses in the order method, content type, headers (all that are
 * missing at once), size, signature, JSON; nothing is read of a request that does not look like GitHub's. The caller
 * releases the body when it is not needed any more.
 * @throws Refusal; Error when the sender went away
 */
export async function readDelivery(
  request: IncomingMessage,
  { secrets, budget, withinMs, goOn }: ReadingDelivery,
): Promise<{ delivery: Delivery; release: () => void }> {
  if (request.method !== "POST") throw new Refusal(405, "webhooks are sent by POST", { allow: "POST" });
  const contentType = readContentType(request);
  const { signature, ...ids } = readHeaders(request);
  const isRead = isTranslated(ids.event);
  const check = new SignatureCheck(secrets);
  goOn();
  const body = await readBody(request, {
    maxBytes: limits.webhookBytes,
    keepBytes: isRead ? readableBytes : fitsEventRecord,
    budget,
    withinMs,
    onChunk: (chunk) => check.update(chunk),
  });
  try {
    if (!check.fits(signature))
      throw new Refusal(401, "the signature does not fit: compare the webhook's secret with GITHUB_WEBHOOK_SECRET");
    const { value: payload, action } = read(body, isRead, contentType !== "application/json");
    const { bytes, size } = body;
    const found = { ...(action !== undefined && { action }), ...(payload && { payload }) };
    return { delivery: { ...ids, ...found, contentType, body: bytes, size }, release: body.release };
  } catch (error) {
    body.release();
    throw error;
  }
}

function read(body: Body, isRead: boolean, isForm: boolean): Payload {
  return isRead && body.bytes ? readPayload(body.bytes, isForm) : glanceAtPayload(body, isForm);
}

function readContentType({ headers }: IncomingMessage): string {
  const mediaType = (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (mediaType !== "application/json" && mediaType !== "application/x-www-form-urlencoded")
    throw new Refusal(415, "set the webhook's content type to application/json");
  if ((headers["content-encoding"] ?? "identity") !== "identity")
    throw new Refusal(415, "the body is compressed, which GitHub never does: send it as it is");
  return mediaType;
}

function readHeaders({ headers }: IncomingMessage) {
  const missing = required.filter((name) => !headers[name]);
  const signatureOnly = missing.length === 1 && missing[0] === "x-hub-signature-256";
  if (signatureOnly) throw new Refusal(401, "the delivery is not signed: set a secret on the webhook");
  if (missing.length > 0) throw new Refusal(400, `headers missing: ${missing.join(", ")}`);
  const deliveryId = String(headers["x-github-delivery"]);
  const event = String(headers["x-github-event"]);
  if (!deliveryIdPattern.test(deliveryId)) throw new Refusal(400, "x-github-delivery is not a delivery id");
  if (!/^[a-z_]{1,64}$/.test(event)) throw new Refusal(400, "x-github-event is not the name of an event");
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "chunked")
    throw new Refusal(400, "transfer-encoding can only be chunked", { connection: "close" });
  const hookId = headers["x-github-hook-id"];
  const usable = typeof hookId === "string" && /^[0-9]{1,20}$/.test(hookId);
  return { deliveryId, event, signature: String(headers["x-hub-signature-256"]), ...(usable && { hookId }) };
}
