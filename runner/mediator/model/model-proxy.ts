import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { RunFailure } from "@froussard/contract";
import type { Budget, Reservation } from "./budget.ts";
import type { CheckRequest } from "./check-request.ts";
import type { InFlight } from "./in-flight.ts";
import { ModelError, runOver } from "./model-error.ts";
import { observeAnswer } from "./observe-answer.ts";
import { upstreamFailure } from "./upstream-failure.ts";

export interface ModelProxyOptions {
  /** `https://api.openai.com/v1` */
  baseUrl: string;
  apiKey: string;
  budget: Budget;
  inFlight: InFlight;
  /** Rejects with the `RunFailure` that ended the run when nobody wants its result any more. */
  stillWanted(): Promise<void>;
  /** Aborted with a `ModelError` when the run is over: what is under way is cut. */
  over: AbortSignal;
  /** Told what the model's side of a failure was; undefined when a request succeeded after all. */
  noteFailure(failure: RunFailure | undefined): void;
  fetch?: typeof fetch;
  /** Bytes of one answer. @default 32 MiB */
  maxResponseBytes?: number;
  /** Time limit of one request. @default 30 minutes */
  timeoutMs?: number;
  /** Longest time without a byte of the answer. Milliseconds. @default 5 minutes */
  silenceMs?: number;
}

export interface ModelCall {
  /** Below `baseUrl`: `/responses`. */
  path: string;
  check: CheckRequest;
  body: Buffer;
  headers: IncomingHttpHeaders;
  response: ServerResponse;
}

/** Headers of Codex that mean something to the provider; ids of the installation and the session are not among them. */
const passedHeaders = ["accept", "originator", "user-agent", "openai-beta", "x-openai-internal-codex-responses-lite"];

/**
 * Passes one checked request on with the key added, and its answer back as it comes. The budget is reserved before and
 * settled from what the provider reports; an answer that is cut on either side is charged whole.
 * @throws ModelError before anything of an answer was sent
 */
export type ModelProxy = (call: ModelCall) => Promise<void>;

export function createModelProxy(options: ModelProxyOptions): ModelProxy {
  const { baseUrl, apiKey, budget, inFlight, stillWanted, over, noteFailure, fetch: send = fetch } = options;
  const { maxResponseBytes = 32 * 1024 ** 2, timeoutMs = 30 * 60_000, silenceMs = 5 * 60_000 } = options;

  return async ({ path, check, body, headers, response }) => {
    const checked = check(body);
    const gone = new AbortController();
    const onClose = () => gone.abort(new Error("the agent closed the connection"));
    response.once("close", onClose);
    const silence = silenceLimit(silenceMs);
    const signal = AbortSignal.any([gone.signal, over, silence.signal, AbortSignal.timeout(timeoutMs)]);
    const leave = await inFlight.enter(signal);
    if (!leave)
      throw new ModelError(429, "too many requests at a time", {
        code: "rate_limit_exceeded",
        headers: { "retry-after": "2" },
      });
    let reservation: Reservation | undefined;
    try {
      await stillWanted().catch((failure) => {
        noteFailure(failure);
        throw runOver("the run is over");
      });
      reservation = budget.reserve(body.length, checked.askedOutputTokens);
      if (!reservation) {
        noteFailure(new RunFailure("budget-exhausted", "the next request would exceed the run's token budget"));
        throw runOver("the token budget of this run is used up");
      }
      silence.begin();
      const answer = await ask(path, headers, checked.body(reservation.maxOutputTokens), signal, reservation);
      if (!answer.ok || !answer.body) throw await refusal(answer, reservation);
      await passBack(answer, response, reservation, silence.heard);
    } finally {
      silence.end();
      // Whatever was not settled by now was cut; a reservation that ended already stays as it is.
      reservation?.charge();
      response.off("close", onClose);
      leave();
    }
  };

  async function ask(
    path: string,
    headers: IncomingHttpHeaders,
    body: string,
    signal: AbortSignal,
    reservation: Reservation,
  ): Promise<Response> {
    const passed = passedHeaders.flatMap((name): [string, string][] => {
      const value = headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    });
    try {
      return await send(`${baseUrl}${path}`, {
        method: "POST",
        headers: [
          ...passed,
          ["content-type", "application/json"],
          ["authorization", `Bearer ${apiKey}`],
          // What is passed on as it comes has to come as it is.
          ["accept-encoding", "identity"],
        ],
        body,
        signal,
        redirect: "manual",
      });
    } catch (error) {
      if (neverSent(error)) reservation.release();
      over.throwIfAborted();
      if (!signal.aborted || signal.reason?.name === "TimeoutError")
        noteFailure(new RunFailure("model-unavailable", "the model provider could not be reached", { cause: error }));
      throw new ModelError(502, "the model provider could not be reached");
    }
  }

  async function refusal(answer: Response, reservation: Reservation): Promise<ModelError> {
    reservation.release();
    const words = await readStart(answer, 64 * 1024);
    const failure = upstreamFailure(answer.status, words, answer.headers.get("retry-after"), apiKey);
    noteFailure(failure.failure ?? undefined);
    return failure.answer;
  }

  async function passBack(
    answer: Response,
    response: ServerResponse,
    reservation: Reservation,
    heard: () => void,
  ): Promise<void> {
    const type = answer.headers.get("content-type") ?? "application/octet-stream";
    const observe = observeAnswer(type, reservation, noteFailure);
    let bytes = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _, done) {
        heard();
        bytes += chunk.length;
        if (bytes > maxResponseBytes) return done(new Error(`the answer has more than ${maxResponseBytes} bytes`));
        observe.chunk(chunk);
        done(null, chunk);
      },
      flush(done) {
        observe.end();
        done();
      },
    });
    response.writeHead(answer.status, { "content-type": type, "cache-control": "no-store" });
    response.flushHeaders();
    if (!answer.body) return;
    try {
      await pipeline(Readable.fromWeb(answer.body), meter, response);
    } catch (error) {
      if (!response.destroyed) response.destroy();
      // The provider's side broke off; when the agent's did, it has its own reasons.
      if (!(error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE"))
        noteFailure(new RunFailure("model-unavailable", "the model provider's answer was cut off"));
    }
  }
}

/** Aborts when nothing was heard for too long, once it has begun. */
function silenceLimit(limitMs: number) {
  const silent = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: silent.signal,
    begin() {
      const tooLong = () => silent.abort(new DOMException("the model provider fell silent", "TimeoutError"));
      timer = setTimeout(tooLong, limitMs);
    },
    heard: () => void timer?.refresh(),
    end: () => clearTimeout(timer),
  };
}

/** There was no connection at all, so nobody can have worked on the request. Anything later may have been paid for. */
function neverSent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"].includes(
    code,
  );
}

/** The beginning of an answer's body; a long or broken one is not waited for. */
async function readStart(answer: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer.body ?? []) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= maxBytes) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString("utf8");
}
