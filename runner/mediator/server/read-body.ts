import type { IncomingMessage } from "node:http";
import { refusal } from "./refusal.ts";

/**
 * The whole body of a JSON request, never more than `maxBytes`.
 * @throws ModelError 411, 413 or 415
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
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
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
