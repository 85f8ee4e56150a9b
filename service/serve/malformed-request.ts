import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

const answers: Readonly<Record<string, readonly [status: number, words: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request did not come whole in time"],
  HPE_HEADER_OVERFLOW: [431, "the headers are larger than 16 KiB"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "the chunks have extensions that are too large"],
};

/** How long a connection stays for the sender to take its answer. */
const lingerMs = 1_000;

/** Answers what is no request of HTTP, or did not come in time, and closes its connection. */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, words] = answers[error.code ?? ""] ?? [400, "this is no request of HTTP/1.1"];
  const body = JSON.stringify({ error: words });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/json",
    "x-content-type-options: nosniff",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.setTimeout(lingerMs, () => socket.destroy());
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
