import type { ServerResponse } from "node:http";
import { ModelError } from "../model/model-error.ts";

/** A request that is not served; told in the form of OpenAI's errors, because one of the clients is Codex. */
export function refusal(status: number, message: string, headers: Record<string, string> = {}): ModelError {
  return new ModelError(status, message, { code: `http_${status}`, headers });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, JSON.stringify(body));
}

/** Answers a refusal and closes the connection, since the rest of a refused body would otherwise be read as a request. */
export function sendRefusal(response: ServerResponse, error: ModelError): void {
  response.shouldKeepAlive = false;
  send(response, error.status, error.body(), error.headers);
}

function send(response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {}) {
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  });
  response.end(body);
}
