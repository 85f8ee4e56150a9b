import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { paths } from "../protocol.ts";
import { hostHeader, type MediatorAddress } from "./mediator-address.ts";
import { createTunnelForwarder } from "./tunnel-forwarder.ts";

export interface ModelForwarder {
  /** What Codex takes for the model: `http://127.0.0.1:<port>/v1`. */
  baseUrl: string;
  port: number;
  close(): Promise<void>;
}

export interface ModelForwarderOptions {
  address: MediatorAddress;
  /** Added here, so that Codex and its environment do not hold it. */
  bearer: string;
  /** A sign of life: bytes passed in either direction, those of tunnels apart. */
  onBytes(): void;
  /** Whether it is a proxy for commands besides, for tunnels only. @default false */
  egress?: boolean | undefined;
}

/**
 * Passes Codex's model requests on to the mediator, which may listen on a Unix socket that Codex cannot use.
 * Streams pass unbuffered, an end on one side ends the other; every other path is 404.
 */
export async function startModelForwarder(options: ModelForwarderOptions): Promise<ModelForwarder> {
  const { address, bearer, onBytes } = options;
  const allowed: readonly string[] = [paths.responses, paths.search];

  const forward = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (incoming.method !== "POST" || !allowed.includes(incoming.url ?? "")) {
      outgoing.writeHead(incoming.headers.upgrade === undefined ? 404 : 426).end();
      return;
    }
    const aborter = new AbortController();
    outgoing.once("close", () => aborter.abort());
    const headers = { ...endToEnd(incoming.headers), host: hostHeader(address), authorization: `Bearer ${bearer}` };
    const call = request({
      ...address,
      method: "POST",
      path: incoming.url,
      headers,
      agent: false,
      signal: aborter.signal,
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      call.once("response", resolve).once("error", reject),
    );
    incoming.on("data", onBytes);
    // A refusal may come before the whole body was read: the answer counts, not the upload.
    const sent = pipeline(incoming, call).catch(() => {});
    const response = await answered;
    outgoing.writeHead(response.statusCode ?? 502, endToEnd(response.headers));
    outgoing.flushHeaders();
    response.on("data", onBytes);
    await pipeline(response, outgoing);
    await sent;
  };

  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing).catch(() => {
      // Codex sees a cut stream or a 502 and tries again by its own rules; the mediator knows the cause.
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    });
  });
  const tunnels = createTunnelForwarder(address, bearer);
  if (options.egress) server.on("connect", tunnels.forward);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        tunnels.close();
      }),
  };
}

const hopByHop = new Set([
  "authorization",
  "connection",
  "expect",
  "host",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
]);

/** Headers that mean something beyond one connection. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}
