import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { errorFields } from "../error-fields.ts";
import { InHand } from "../in-hand.ts";
import type { ServiceLog } from "../service-log.ts";
import { Connections } from "./connections.ts";
import { Refusal } from "./refusal.ts";
import { targetPath } from "./target-path.ts";

/** Answers a request, or leaves it to the next handler. `goOn` tells a sender that waits for it to send the body. */
export type Handler = (request: IncomingMessage, path: string, goOn: () => void) => Promise<Answer | undefined>;

export interface Answer {
  status: number;
  /** Sent as it is when a string, otherwise as JSON. */
  body: unknown;
  headers?: Record<string, string>;
}

export interface RunningServer {
  port: number;
  /** Requests that came and are not answered yet. */
  inHand: Pick<InHand, "size" | "oldestMs">;
  /**
   * Takes no more requests, finishes those in hand, cuts what is left after `graceMs`. Resolves to whether all were
   * finished. Safe to call twice.
   */
  stop(graceMs?: number): Promise<boolean>;
}

export interface ServerOptions {
  /** 0 for any free one. */
  port: number;
  /** What people set the port by, named when it cannot be used. */
  portSetting: string;
  /** Address to listen at. @default all interfaces */
  host?: string;
  log: ServiceLog;
  /** Said to whoever asks for a path that is not there. */
  hint?: string;
  /** In which headers, and a request with its body, must have come; looked at every `checkMs`. */
  times?: { headersMs: number; requestMs: number; checkMs: number };
  /** How many may be open at a time. @default 2_000 */
  maxConnections?: number;
}

/** A handler's own deadline comes first; these are for senders that no handler waits for. */
const defaultTimes = { headersMs: 5_000, requestMs: 10_000, checkMs: 1_000 };
/** GitHub sends fifteen, proxies add some. */
const maxHeaders = 100;
const maxConnectionsByDefault = 2_000;

/** @throws Error when the port cannot be used, saying which setting to change */
export async function startServer(
  handlers: readonly Handler[],
  { port, portSetting, host, log, hint, times = defaultTimes, maxConnections = maxConnectionsByDefault }: ServerOptions,
): Promise<RunningServer> {
  const inHand = new InHand();
  const connections = new Connections(maxConnections);
  let stopping = false;
  const server = createServer({
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    connectionsCheckingInterval: times.checkMs,
    // Longer than proxies keep theirs (nginx 60 s), so that they never send on a connection that is just being closed.
    keepAliveTimeout: 65_000,
    maxHeaderSize: 16 * 1024,
  });
  // For senders that do not take their answer.
  server.timeout = 60_000;
  const serve = async (request: IncomingMessage, response: ServerResponse, waits: boolean) => {
    if (!connections.begin(request, response)) return;
    response.once("close", inHand.begin());
    let hasBody = !waits;
    const goOn = () => {
      if (!hasBody) response.writeContinue();
      hasBody = true;
    };
    const found = await answer([...handlers, nothingThere(hint)], request, goOn, log);
    // Whoever was not told to send the body may do so or not: what comes next is not known to be a request.
    if (found) send(response, found, stopping || !hasBody);
    else response.destroy();
  };
  const handle = (waits: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response, waits).catch((error: unknown) => log.error(errorFields(error), "answer not sent"));
  };
  server.on("connection", (socket) => connections.open(socket));
  server.on("request", handle(false));
  server.on("checkContinue", handle(true));
  server.on("clientError", (error, socket) => {
    log.debug(errorFields(error), "no request");
    connections.fail(error, socket as Socket);
  });
  await listen(server, port, portSetting, host);
  let stopped: Promise<boolean> | undefined;
  const stop = async (graceMs: number) => {
    stopping = true;
    const closed = once(server, "close");
    // It looks after none of those times any more from here on.
    server.close();
    const wait = setTimeout(() => connections.cutWaiting(), Math.min(times.headersMs, graceMs));
    let left = 0;
    const cut = setTimeout(() => {
      left = inHand.size;
      server.closeAllConnections();
    }, graceMs);
    await closed;
    clearTimeout(wait);
    clearTimeout(cut);
    return left === 0;
  };
  return {
    port: (server.address() as AddressInfo).port,
    inHand,
    stop: (graceMs = 10_000) => {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

async function listen(server: Server, port: number, portSetting: string, host: string | undefined): Promise<void> {
  server.listen({ port, ...(host !== undefined && { host }) });
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(`cannot listen on port ${port}: set ${portSetting} to a free one`, { cause: error });
  }
}

function nothingThere(hint = "look at the path"): Handler {
  return async (_, path) => {
    throw new Refusal(404, `there is nothing at ${path.slice(0, 200)}: ${hint}`);
  };
}

/** Undefined when there is nobody to answer any more. */
async function answer(
  handlers: readonly Handler[],
  request: IncomingMessage,
  goOn: () => void,
  log: ServiceLog,
): Promise<Answer | undefined> {
  const path = targetPath(request.url ?? "/");
  try {
    if (request.rawHeaders.length > 2 * maxHeaders)
      throw new Refusal(431, `there are more than ${maxHeaders} headers`, { connection: "close" });
    for (const handle of handlers) {
      const found = await handle(request, path, goOn);
      if (found) return found;
    }
    return undefined;
  } catch (error) {
    if (error instanceof Refusal)
      return { status: error.status, body: { error: error.message }, headers: error.headers };
    const fields = { path: path.slice(0, 200), ...errorFields(error) };
    if (request.socket.destroyed || !request.socket.writable) {
      log.debug(fields, "the sender went away");
      return undefined;
    }
    log.error(fields, "request failed");
    return { status: 500, body: { error: "internal error: see the service's log" } };
  }
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer, isLast: boolean): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": typeof body === "string" ? "text/plain; charset=utf-8" : "application/json",
    "content-length": Buffer.byteLength(text),
    "x-content-type-options": "nosniff",
    ...headers,
    ...(isLast && { connection: "close" }),
  });
  response.end(text);
}
