import { isUtf8 } from "node:buffer";
import type { Body } from "./read-body.ts";
import { Refusal } from "./refusal.ts";

export interface Payload {
  /** Only one that has the form of GitHub's actions, for it becomes a header. */
  action?: string;
  /** Only of events that mean something to us. */
  value?: Record<string, unknown>;
}

const notUtf8 = () => new Refusal(400, "the payload is not UTF-8");
const notJson = () => new Refusal(400, "the payload is not JSON");

/** Reads a payload whole. @throws Refusal (400) when it is no JSON object in UTF-8 */
export function readPayload(bytes: Buffer, isForm: boolean): Payload {
  if (!isUtf8(bytes)) throw notUtf8();
  const text = bytes.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(isForm ? formField(text) : text);
  } catch (error) {
    throw error instanceof Refusal ? error : notJson();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal(400, "the payload is not a JSON object");
  const action = (value as Record<string, unknown>)["action"];
  return { value: value as Record<string, unknown>, ...(isAction(action) && { action }) };
}

/**
 * Looks at the payload of an event that starts nothing, at little cost: that it is UTF-8 and begins and ends as a JSON
 * object does. The signature says that GitHub wrote it, nobody here reads more of it, and parsing would cost as much as
 * all the rest. The action is seen where GitHub mostly puts it, at the beginning; elsewhere (`deployment`, `team`) it is
 * left out. Of a body that is not kept, the beginning alone is looked at. @throws Refusal (400)
 */
export function glanceAtPayload({ bytes, head }: Pick<Body, "bytes" | "head">, isForm: boolean): Payload {
  if (bytes && !isUtf8(bytes)) throw notUtf8();
  const start = head.toString("latin1").trimStart();
  const end = bytes?.subarray(-32).toString("latin1").trimEnd();
  if (isForm) {
    if (!/(^|&)payload=/.test(start)) throw noField();
    return {};
  }
  if (!start.startsWith("{") || end?.endsWith("}") === false) throw notJson();
  const action = /^\{\s*"action"\s*:\s*"([^"]+)"/.exec(start)?.[1];
  return { ...(isAction(action) && { action }) };
}

function isAction(value: unknown): value is string {
  return typeof value === "string" && /^[a-z_]{1,64}$/.test(value);
}

/** The field `payload`; unlike URLSearchParams it does not take bytes that are not UTF-8 for something else. */
function formField(form: string): string {
  const field = form.split("&").find((each) => each.startsWith("payload="));
  if (field === undefined) throw noField();
  try {
    return decodeURIComponent(field.slice("payload=".length).replaceAll("+", " "));
  } catch {
    throw notUtf8();
  }
}

const noField = () => new Refusal(400, "the form has no field payload");
