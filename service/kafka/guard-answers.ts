import type { Socket } from "node:net";

/** The answers to what we ask have a few kilobytes. What is larger comes from something else than Kafka. */
const maxAnswerBytes = 16 * 1024 * 1024;
/** Every answer begins with the number of its question. */
const minAnswerBytes = 4;
const lengthBytes = 4;

/** Says of each piece of what comes whether it can be Kafka's: answers, one after the other, each with its length before it. */
class AnswerLengths {
  #length = 0;
  /** Of the length. */
  #digits = 0;
  /** Of the answer. */
  #left = 0;

  fit(piece: Buffer): boolean {
    for (let at = 0; at < piece.length; ) {
      if (this.#left > 0) {
        const bytes = Math.min(this.#left, piece.length - at);
        this.#left -= bytes;
        at += bytes;
        continue;
      }
      this.#length = (this.#length << 8) | (piece[at++] ?? 0);
      if (++this.#digits < lengthBytes) continue;
      if (this.#length < minAnswerBytes || this.#length > maxAnswerBytes) return false;
      this.#left = this.#length;
      this.#length = 0;
      this.#digits = 0;
    }
    return true;
  }
}

/**
 * Closes a connection whose other side is no Kafka. The client believes every length: it would keep what comes until its
 * time is over, and what it cannot read it throws where nobody catches it, which ends the process.
 */
export function guardAnswers(socket: Socket): void {
  const lengths = new AnswerLengths();
  const { emit } = socket;
  socket.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    const pass = () => Reflect.apply(emit, socket, [event, ...args]) as boolean;
    if (event !== "data") return pass();
    try {
      // First, for it recognises a listener that expects TLS.
      const heard = pass();
      if (!socket.destroyed && !lengths.fit(args[0] as Buffer))
        socket.destroy(new Error("what comes is no answer of Kafka"));
      return heard;
    } catch (error) {
      socket.destroy(new Error("an answer of Kafka cannot be read", { cause: error }));
      return true;
    }
  };
}
