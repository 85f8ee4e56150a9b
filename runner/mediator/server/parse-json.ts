import { ModelError } from "../model/model-error.ts";

/** Far more than any form of ours has. What is nested deeper overflows the stack of whoever walks it. */
const maxDepth = 100;
/** Values unfold in memory: 64 MiB of `[],[],` come to gigabytes. The longest conversations have some ten thousand. */
const maxValues = 1_000_000;

/**
 * The JSON in a request's body: UTF-8 without a byte order mark. A key that stands twice has its last value, here as for
 * whoever is sent on what was made of it.
 * @throws ModelError 400
 */
export function parseJson(body: Buffer): unknown {
  checkShape(body);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw new ModelError(400, "the body is not JSON", { code: "invalid_json" });
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openers = new Set(Buffer.from("[{"));
const closers = new Set(Buffer.from("]}"));
const comma = 0x2c;

/** Counts brackets and commas outside of strings, before anything is made of them. */
function checkShape(body: Buffer): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0;
    if (byte === quote) at = endOfString(body, at);
    else if (openers.has(byte)) {
      values++;
      if (++depth > maxDepth) throw new ModelError(400, `the body is nested deeper than ${maxDepth} levels`);
    } else if (closers.has(byte)) depth--;
    else if (byte === comma) values++;
    if (values > maxValues) throw new ModelError(400, `the body has more than ${maxValues} values`);
  }
}

/** Where the string that begins here ends; the body's end when it does not. */
function endOfString(body: Buffer, start: number): number {
  for (let end = body.indexOf(quote, start + 1); end >= 0; end = body.indexOf(quote, end + 1)) {
    let escapes = 0;
    while (body[end - 1 - escapes] === backslash) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return body.length;
}
