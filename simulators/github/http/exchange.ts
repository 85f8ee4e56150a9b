import type { IncomingMessage } from "node:http";

/** One request as the log keeps it; `status` is 0 while it is under way, and stays 0 when no answer was sent. */
export interface Exchange {
  /** When it began, in milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  status: number;
  login: string | null;
  /** Points of a GraphQL query by GitHub's formula. */
  graphqlCost?: number;
  /** The GraphQL operation's text, so that a test can tell queries apart. */
  graphqlQuery?: string;
  /** What the request took from the token's rate limit: 0 for a 304. */
  rateLimitUsed: number;
  readonly requestId: string;
}

const exchanges = new WeakMap<IncomingMessage, Exchange>();

export function begin(request: IncomingMessage, exchange: Exchange): void {
  exchanges.set(request, exchange);
}

export function exchangeOf(request: IncomingMessage): Exchange {
  const exchange = exchanges.get(request);
  if (!exchange) throw new Error("request without an exchange: it did not come through the server");
  return exchange;
}
