import { randomBytes } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { type Listening, serverFor } from "../listening.ts";
import { isGitPath, serveGit } from "./git/serve-git.ts";
import { begin, type Exchange } from "./http/exchange.ts";
import type { FaultRule, Faults } from "./http/faults.ts";
import type { Tokens } from "./http/tokens.ts";
import type { Env } from "./rest/context.ts";
import { fullName } from "./store/records.ts";
import type { Store } from "./store/store.ts";

interface Parts {
  store: Store;
  tokens: Tokens;
  faults: Faults;
  requests: Exchange[];
  /** REST, GraphQL and pages. */
  app: Hono<Env>;
  listening: Listening;
}

/** One port for everything: keeps the log, plays the faults, tells git from the rest. */
export function githubServer({ store, tokens, faults, requests, app, listening }: Parts): Server {
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "GET", url: path = "/" } = request;
    const requestId = randomBytes(12).toString("hex").toUpperCase();
    const exchange: Exchange = { at: Date.now(), method, path, status: 0, login: null, rateLimitUsed: 0, requestId };
    requests.push(exchange);
    begin(request, exchange);
    const fault = faults.take(method, path);
    if (fault && (await play(fault, request, response, exchange))) return;
    const url = new URL(path, store.url);
    if (isGitPath(url.pathname)) {
      await serveGit(store, tokens, { request, response, exchange, url });
    } else {
      request.url = byName(store, path);
      await listener(request, response);
    }
  };

  return serverFor(listening, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      response.writeHead(500, { "content-type": "text/plain" });
      response.end(`simulator failure: ${error instanceof Error ? error.stack : String(error)}\n`);
    });
  });
}

/** Paths by repository id are the same routes as those by name. */
function byName(store: Store, path: string): string {
  const [, id, rest = ""] = /^\/api\/v3\/repositories\/(\d+)([/?].*)?$/.exec(path) ?? [];
  const repository = id === undefined ? undefined : store.repositories.get(Number(id));
  return repository ? `/api/v3/repos/${fullName(repository)}${rest}` : path;
}

/** Answers whether the fault took the request over. */
async function play(
  fault: FaultRule,
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
): Promise<boolean> {
  if (fault.hang) return true;
  if (fault.delayMs) await wait(fault.delayMs);
  if (fault.dropConnection === "before") {
    request.socket.destroy();
    return true;
  }
  if (fault.status !== undefined) {
    exchange.status = fault.status;
    const json = typeof fault.body !== "string";
    const body = json ? JSON.stringify(fault.body ?? { message: "Server Error" }) : fault.body;
    const type = json ? "application/json; charset=utf-8" : "text/html";
    request.resume();
    response.writeHead(fault.status, {
      "content-type": type,
      "x-github-request-id": exchange.requestId,
      ...fault.headers,
    });
    response.end(body);
    return true;
  }
  if (fault.dropConnection === "after") loseAnswer(response);
  return false;
}

/** Lets the work be done and cuts the connection where the answer would begin. */
function loseAnswer(response: ServerResponse): void {
  response.write = () => true;
  response.flushHeaders = () => {};
  response.end = () => {
    response.socket?.destroy();
    return response;
  };
}
