import { createServer as createPlainServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";

/** Where a simulator listens, and whether it speaks TLS there. */
export interface Listening {
  /** Address of one of this machine's interfaces. @default 127.0.0.1 */
  host?: string;
  /** Certificate, with the authorities after it, and key, in PEM form. @default plain HTTP */
  tls?: { cert: string; key: string };
}

export function serverFor({ tls }: Listening, listener: RequestListener): Server {
  return tls ? createTlsServer(tls, listener) : createPlainServer(listener);
}

/** The address that clients are given. */
export function originOf({ host = "127.0.0.1", tls }: Listening, port: number): string {
  return `${tls ? "https" : "http"}://${host}:${port}`;
}
