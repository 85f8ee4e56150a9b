import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answerMalformed } from "./malformed-request.ts";

/** Requests of one connection that wait for their answers. No proxy sends a second one before it has the first's answer. */
const maxPipelined = 8;

/**
 * The connections of a server, and what is in hand on each: when bytes come that are no request, those that came before them
 * whole are answered first. Otherwise the refusal would be taken for the answer to a delivery that is being published.
 */
export class Connections {
  readonly #max: number;
  /** What is in hand on each; whoever got an answer last comes last. */
  readonly #open = new Map<Socket, Map<ServerResponse, IncomingMessage>>();
  readonly #failed = new WeakSet<Socket>();

  /** More than `max` are not kept open: whoever has kept us waiting longest makes room, not whoever comes. */
  constructor(max: number) {
    this.#max = max;
  }

  open(socket: Socket): void {
    if (this.#open.size >= this.#max && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    this.#open.set(socket, new Map());
    socket.once("close", () => this.#open.delete(socket));
  }

  /** False when the request is not to be answered: its connection is cut, or sends more at a time than is answered. */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    const inHand = this.#open.get(socket);
    if (!inHand || socket.destroyed) return false;
    if (inHand.size >= maxPipelined) {
      socket.destroy();
      return false;
    }
    inHand.set(response, request);
    response.once("close", () => {
      inHand.delete(response);
      if (this.#open.delete(socket)) this.#open.set(socket, inHand);
    });
    return true;
  }

  /** Nothing more is understood of this connection: answers and closes it, once. */
  fail(error: NodeJS.ErrnoException, socket: Socket): void {
    if (this.#failed.has(socket)) return;
    this.#failed.add(socket);
    const inHand = [...(this.#open.get(socket) ?? [])];
    const lastWhole = inHand.findLast(([, { complete }]) => complete)?.[0];
    if (lastWhole) lastWhole.once("close", () => answerMalformed(error, socket));
    else answerMalformed(error, socket);
  }

  /** Cuts those on which nothing is in hand, whatever may be on its way there. */
  cutWaiting(): void {
    for (const [socket, inHand] of this.#open) if (inHand.size === 0) socket.destroy();
  }

  /** What came whole is answered; anything else may be somebody who never ends. */
  #makeRoom(): boolean {
    for (const [socket, inHand] of this.#open) {
      if (inHand.values().some(({ complete }) => complete)) continue;
      this.#open.delete(socket);
      socket.destroy();
      return true;
    }
    return false;
  }
}
