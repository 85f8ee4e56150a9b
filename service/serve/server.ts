import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errorFields } from "../error-fields.ts";
import type { ServiceLog } from "../service-log.ts";
import { Refusal } from "./refusal.ts";

/** Answers a request, or leaves it to the next handler. */
export type Handler = (request: IncomingMessage, path: string) => Promise<Answer | undefined>;

export interface Answer {
  status: number;
  /** Sent as it is when a string, otherwise as JSON. */
  body: unknown;
  headers?: Record<string, string>;
}

export interface RunningServer {
  port: number;
  /** Takes no more requests, finishes those in hand, cuts what is left after `graceMs`. Safe to call twice. */
  stop(graceMs?: number): Promise<void>;
}

export interface ServerOptions {
  /** 0 for any free one. */
  port: number;
  /** What people set the port by, named when it cannot be used. */
  portSetting: string;
  /** Address to listen at. @default all interfaces */
  host?: string;
  log: ServiceLog;
}

/** @throws Error when the port cannot be used, saying which setting to change */
export async function startServer(
  handlers: readonly Handler[],
  { port, portSetting, host, log }: ServerOptions,
): Promise<RunningServer> {
  const server = createServer({ requestTimeout: 15_000, headersTimeout: 5_000 }, (request, response) => {
    answer(handlers, request, log)
      .then((found) => send(response, found))
      .catch((error: unknown) => log.error(errorFields(error), "answer not sent"));
  });
  server.listen({ port, ...(host !== undefined && { host }) });
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(`cannot listen on port ${port}: set ${portSetting} to a free one`, { cause: error });
  }
  let stopped: Promise<void> | undefined;
  const stop = async (graceMs: number) => {
    const closed = once(server, "close");
    server.close();
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(cut);
  };
  return {
    port: (server.address() as AddressInfo).port,
    stop: (graceMs = 10_000) => {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

async function answer(handlers: readonly Handler[], request: IncomingMessage, log: ServiceLog): Promise<Answer> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  try {
    for (const handle of handlers) {
      const found = await handle(request, path);
      if (found) return found;
    }
    throw new Refusal(404, `there is nothing at ${path}: the webhook's address ends in /webhooks/github`);
  } catch (error) {
    if (error instanceof Refusal)
      return { status: error.status, body: { error: error.message }, headers: error.headers };
    log.error({ path, ...errorFields(error) }, "request failed");
    return { status: 500, body: { error: "internal error: see the service's log" } };
  }
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const contentType = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  response.writeHead(status, { "content-type": contentType, "x-content-type-options": "nosniff", ...headers });
  response.end(text);
}
