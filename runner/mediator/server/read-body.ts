import type { IncomingMessage } from "node:http";
import type { Room } from "./body-room.ts";
import { refusal } from "./refusal.ts";

/**
 * The whole body of a JSON request, never more than `maxBytes`, nor than there is room for beside the other requests.
 * @throws ModelError 413, 415 or 503
 */
export async function readBody(request: IncomingMessage, maxBytes: number, room: Room): Promise<Buffer> {
  const { "content-type": type = "", "content-encoding": encoding, "content-length": length } = request.headers;
  if (
    !/^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(type) ||
    (encoding !== undefined && encoding !== "identity")
  )
    throw refusal(415, "the body must be application/json without content-encoding");
  const tooLarge = () => refusal(413, `the body has more than ${maxBytes} bytes`);
  if (length !== undefined && Number(length) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The request is left open at a refusal, so that the refusal can still be answered.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge();
    if (!room.take(chunk.length)) throw refusal(503, "too much is in hand", { "retry-after": "1" });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
