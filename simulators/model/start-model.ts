import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Listening, originOf, serverFor } from "../listening.ts";
import { type ApiError, badRequest, modelNotFound, notFound, unauthorized } from "./api-error.ts";
import { colleague } from "./colleague/colleague.ts";
import { errorOf, type Fault, type FaultPlan, FaultQueue } from "./fault.ts";
import { responsesBodySchema } from "./request.ts";
import { inputOf, respond } from "./respond.ts";
import { type ResponseEvent, toServerSent } from "./response-events.ts";
import type { ModelScript } from "./script.ts";
import { searchAnswer, searchBodySchema } from "./search.ts";
import { refusalOf } from "./strict-schema.ts";
import type { Usage } from "./usage.ts";

export interface ModelOptions extends Listening {
  /** What the model does; by default the colleague, who really works on the repository. */
  readonly script?: ModelScript;
  /** @default any free port */
  readonly port?: number;
  /** If given, each request must carry it as bearer. */
  readonly apiKey?: string;
  /** The models that there are. @default any; then the list names one */
  readonly models?: readonly string[];
  /** Whether `GET /v1/models` is there at all; other providers leave it out. @default true */
  readonly listsModels?: boolean;
  /** Milliseconds between two events of a stream, for demonstrations; 0 by default. */
  readonly paceMs?: number;
}

/** A request as it came in, answered or not. */
export interface LoggedRequest {
  /** When its body was there, in milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The JSON, or the text if it is none. */
  readonly body: unknown;
}

export interface Model {
  /** Base URL without `/v1`. */
  readonly url: string;
  /** The last ones, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** Of each answer that was begun, what its provider would bill: also where the stream was cut before it told. */
  readonly billed: readonly Usage[];
  /** Lets the next request, or as many as the plan says, go wrong. Faults queue up. */
  inject(fault: Fault, plan?: FaultPlan): void;
  /** Forgets the faults that have not struck. */
  heal(): void;
  /** Cuts what is under way and stops. */
  close(): Promise<void>;
}

/** What the API takes at most; Codex's requests are far smaller. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** How many requests the log keeps: enough for any test, and no leak in a demonstration that runs for days. */
const LOGGED = 500;
/** How many prompt caches are remembered. */
const CACHES = 64;

/**
 * Starts a server that speaks OpenAI's Responses API as far as Codex needs it: `POST /v1/responses` (streamed),
 * `POST /v1/alpha/search`, and `GET /v1/models`. An upgrade to WebSocket is answered 426, so that Codex falls back to POST at once.
 */
export async function startModel(options: ModelOptions = {}): Promise<Model> {
  const script = options.script ?? colleague;
  const faults = new FaultQueue();
  const requests: LoggedRequest[] = [];
  const billed: Usage[] = [];
  const inputs = new Map<string, string>();
  const closing = new AbortController();
  const log = (request: LoggedRequest): void => {
    requests.push(request);
    if (requests.length > LOGGED) requests.shift();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await bodyOf(request);
    const { method = "GET", url: path = "/", headers } = request;
    const body = text === undefined ? undefined : parsed(text);
    log({ at: Date.now(), method, path, headers, body });
    if (headers.upgrade !== undefined) return sendError(response, { ...notFound(method, path), status: 426 });
    const key = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
    if (options.apiKey !== undefined && key !== options.apiKey) return sendError(response, unauthorized(key));
    if (text === undefined) return sendError(response, { ...badRequest("Request body is too large."), status: 413 });
    if (method === "POST" && path === "/v1/alpha/search") {
      const search = searchBodySchema.safeParse(body);
      return search.success
        ? sendJson(response, 200, searchAnswer(search.data))
        : sendError(response, badRequest(search.error.message));
    }
    const listed =
      method === "GET" && (options.listsModels ?? true) ? /^\/v1\/models(?:\/([^/?]+))?$/.exec(path) : null;
    if (listed) return answerModels(listed[1], response);
    if (method !== "POST" || path !== "/v1/responses") return sendError(response, notFound(method, path));
    await answerResponses(body, response);
  };

  const answerModels = (asked: string | undefined, response: ServerResponse): void => {
    const id = asked && decodeURIComponent(asked);
    if (id === undefined) {
      const data = (options.models ?? ["gpt-simulated"]).map(presentModel);
      sendJson(response, 200, { object: "list", data });
    } else if (options.models && !options.models.includes(id)) sendError(response, modelNotFound(id));
    else sendJson(response, 200, presentModel(id));
  };

  const answerResponses = async (json: unknown, response: ServerResponse): Promise<void> => {
    const { success, data: body, error } = responsesBodySchema.safeParse(json);
    if (!success) return sendError(response, badRequest(error.message, error.issues[0]?.path.join(".")));
    const fault = faults.next();
    if (fault?.kind === "hang") return;
    const failure = fault && errorOf(fault, body.model);
    if (failure) return sendError(response, failure);
    const format = body.text?.format;
    const refusal = format?.strict && format.schema ? refusalOf(format.schema, format.name ?? "") : undefined;
    if (refusal !== undefined)
      return sendError(response, badRequest(refusal, "text.format.schema", "invalid_json_schema"));
    const cache = body.prompt_cache_key ?? "";
    const events = respond(body, script, inputs.get(cache) ?? "", fault);
    const usage = usageIn(events);
    if (usage) billed.push(usage);
    inputs.delete(cache);
    inputs.set(cache, inputOf(body));
    for (const oldest of [...inputs.keys()].slice(0, -CACHES)) inputs.delete(oldest);
    await stream(response, events, fault, options.paceMs ?? 0, closing.signal);
  };

  const server = serverFor(options, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent)
        sendJson(response, 500, {
          error: { message: `simulated model: ${error}`, type: "server_error", param: null, code: null },
        });
      else response.destroy();
    });
  });
  server.on("upgrade", (request, socket) => {
    const { method = "GET", url: path = "/", headers } = request;
    log({ at: Date.now(), method, path, headers, body: undefined });
    socket.end("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", resolve);
  });

  return {
    url: originOf(options, (server.address() as AddressInfo).port),
    requests,
    billed,
    inject: (fault, plan) => faults.add(fault, plan),
    heal: () => faults.clear(),
    close: async () => {
      closing.abort();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** The usage that stands in the last event, sent or not; a response that failed has none. */
const usageIn = (events: readonly ResponseEvent[]): Usage | undefined =>
  (events.at(-1) as { response?: { usage?: Usage | null } } | undefined)?.response?.usage ?? undefined;

const presentModel = (id: string) => ({ id, object: "model", created: 1_770_000_000, owned_by: "system" });

/** The body as text, or undefined when it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function stream(
  response: ServerResponse,
  events: readonly ResponseEvent[],
  fault: Fault | undefined,
  paceMs: number,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
  const pause = fault?.kind === "slow-stream" ? fault.msPerEvent : paceMs;
  const end = fault?.kind === "hang-stream" ? 1 : fault?.kind === "cut-stream" ? (fault.events ?? 2) : events.length;
  for (const [index, event] of events.slice(0, end).entries()) {
    // A client that has gone, or our own closing, ends the stream: nobody reads the rest.
    if (response.closed || signal.aborted) return;
    response.write(toServerSent(event, index));
    if (pause > 0) await delay(pause, undefined, { signal }).catch(() => undefined);
  }
  if (fault?.kind === "hang-stream") return;
  if (fault?.kind === "cut-stream") {
    // What was written has to leave before the connection is cut.
    await new Promise<void>((resolve) => response.write(": cut\n\n", () => resolve()));
    response.destroy();
  } else response.end();
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

const sendError = (response: ServerResponse, error: ApiError): void =>
  sendJson(response, error.status, error.body, { ...error.headers });
