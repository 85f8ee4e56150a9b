import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { ListenAddress } from "../../settings/listen-address.ts";
import { ModelError } from "../model/model-error.ts";
import { admit, admitTunnel } from "./admit.ts";
import { type BodyRoom, createBodyRoom } from "./body-room.ts";
import { readBody } from "./read-body.ts";
import { refusal, refuseTunnel, sendRefusal } from "./refusal.ts";

/** One path with its one method. A body is read whole, up to its limit, before the handler sees it. */
export type Route =
  | { method: "GET"; handle(response: ServerResponse): Promise<void> }
  | {
      method: "POST";
      maxBytes: number;
      handle(response: ServerResponse, body: Buffer, request: IncomingMessage): Promise<void>;
    };

/** Answers one admitted CONNECT request; resolves when its tunnel has ended. @throws ModelError when there is to be none */
export type Tunnel = (request: IncomingMessage, client: Duplex, head: Buffer) => Promise<void>;

export interface ServerOptions {
  listen: ListenAddress;
  bearer: string;
  routes: Readonly<Record<string, Route>>;
  /** @default a connection that asks for a tunnel is closed */
  tunnel?: Tunnel;
  /** Told what should not have happened; the client is told only that it did. */
  onError(error: unknown): void;
  /** Time in which a request must have arrived whole. Milliseconds. @default 60_000 */
  requestTimeoutMs?: number;
  /** All bodies in hand together. Bytes. @default 128 MiB: two requests to the model and a result */
  maxBodyBytes?: number;
}

export interface RunningServer {
  /** `unix:<path>` or `<host>:<port>`. */
  listen: string;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/** Starts the mediator's server; resolves when it listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { listen, requestTimeoutMs = 60_000, maxBodyBytes = 128 * 1024 ** 2 } = options;
  const room = createBodyRoom(maxBodyBytes);
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(requestTimeoutMs, 10_000),
      connectionsCheckingInterval: Math.min(requestTimeoutMs / 4, 5_000),
      maxHeaderSize: 32 * 1024,
    },
    (request, response) => void serve(options, room, request, response),
  );
  server.on("upgrade", refuseUpgrade);
  const tunnels = new Set<Duplex>();
  if (options.tunnel) server.on("connect", serveTunnels(options.tunnel, options, tunnels));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen("path" in listen ? { path: listen.path, readableAll: false, writableAll: false } : listen, resolve);
  });
  return { listen: addressOf(server, listen), close: () => close(server, tunnels) };
}

/** Codex tries WebSockets first, and falls back at once when it is told so. */
function refuseUpgrade(_: IncomingMessage, socket: Duplex): void {
  socket.on("error", () => {
    // The client went away. The server has let go of the socket, so that nobody else would hear of it.
  });
  socket.end("HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", () => socket.destroy());
}

async function serve(
  { bearer, routes, onError }: ServerOptions,
  rooms: BodyRoom,
  request: IncomingMessage,
  response: ServerResponse,
) {
  response.on("error", () => {
    // The client went away; whoever still writes notices by the closed stream.
  });
  const room = rooms.open();
  try {
    admit(request, bearer);
    const path = request.url ?? "";
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route) throw refusal(404, "there is nothing at this path");
    if (request.method !== route.method)
      throw refusal(405, `only ${route.method} is served here`, { allow: route.method });
    if (route.method === "GET") await route.handle(response);
    else await route.handle(response, await readBody(request, route.maxBytes, room), request);
  } catch (error) {
    const gone = request.socket.destroyed;
    if (response.headersSent || gone) {
      response.destroy();
      if (!gone && !(error instanceof ModelError)) onError(error);
    } else if (error instanceof ModelError) {
      sendRefusal(response, error);
    } else {
      onError(error);
      sendRefusal(response, refusal(500, "the mediator failed; see its log"));
    }
  } finally {
    room.leave();
  }
}

function serveTunnels(tunnel: Tunnel, { bearer, onError }: ServerOptions, tunnels: Set<Duplex>) {
  const serveOne: Tunnel = async (request, client, head) => {
    try {
      admitTunnel(request, bearer);
      await tunnel(request, client, head);
    } catch (error) {
      if (!(error instanceof ModelError)) onError(error);
      refuseTunnel(client, error instanceof ModelError ? error : refusal(500, "the mediator failed; see its log"));
    }
  };
  return (...[request, client, head]: Parameters<Tunnel>): void => {
    client.on("error", () => {
      // The client went away, and its tunnel ends with it.
    });
    tunnels.add(client.once("close", () => tunnels.delete(client)));
    void serveOne(request, client, head);
  };
}

function addressOf(server: Server, listen: ListenAddress): string {
  if ("path" in listen) return `unix:${listen.path}`;
  const { address, port, family } = server.address() as AddressInfo;
  return family === "IPv6" ? `[${address}]:${port}` : `${address}:${port}`;
}

function close(server: Server, tunnels: ReadonlySet<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    // Those are no longer the server's own.
    for (const client of tunnels) client.destroy();
  });
}
