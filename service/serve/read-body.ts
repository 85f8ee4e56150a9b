import type { IncomingMessage } from "node:http";
import { Refusal } from "./refusal.ts";

/** The body's bytes as they came. @throws Refusal (413) as soon as more than `maxBytes` are announced or sent. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new Refusal(413, `the body is larger than ${maxBytes} bytes, which GitHub never sends`, { connection: "close" });
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
