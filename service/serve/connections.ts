import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answerMalformed } from "./malformed-request.ts";

/**
 * What is in hand on each connection: when bytes come that are no request, those that came before them whole are answered
 * first. Otherwise the refusal would be taken for the answer to a delivery that is being published.
 */
export class Connections {
  readonly #inHand = new WeakMap<Socket, Map<ServerResponse, IncomingMessage>>();
  readonly #failed = new WeakSet<Socket>();

  begin(request: IncomingMessage, response: ServerResponse): void {
    const inHand = this.#inHand.get(request.socket) ?? new Map<ServerResponse, IncomingMessage>();
    this.#inHand.set(request.socket, inHand.set(response, request));
    response.once("close", () => inHand.delete(response));
  }

  /** Nothing more is understood of this connection: answers and closes it, once. */
  fail(error: NodeJS.ErrnoException, socket: Socket): void {
    if (this.#failed.has(socket)) return;
    this.#failed.add(socket);
    const inHand = [...(this.#inHand.get(socket) ?? [])];
    const lastWhole = inHand.findLast(([, { complete }]) => complete)?.[0];
    if (lastWhole) lastWhole.once("close", () => answerMalformed(error, socket));
    else answerMalformed(error, socket);
  }
}
