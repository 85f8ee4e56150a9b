import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
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

/** The same for a CONNECT request, which has no response but the connection itself. */
export function refuseTunnel(client: Duplex, error: ModelError): void {
  const body = error.body();
  const headers = { ...error.headers, ...headersOf(body), connection: "close" };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  client.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join("")}\r\n${body}`, () =>
    client.destroy(),
  );
}

function send(response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {}) {
  response.writeHead(status, { ...headers, ...headersOf(body) });
  response.end(body);
}

function headersOf(body: string) {
  return {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  };
}
