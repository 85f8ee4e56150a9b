import type { ByteBudget, GivesWay } from "./byte-budget.ts";

/**
 * The bytes of a body as they come in, in one piece: a list of the pieces would let a sender of single bytes take a
 * hundred times of what it sends. Room grows with what was really sent, never with what was announced.
 */
export class KeptBytes implements GivesWay {
  readonly #budget: ByteBudget;
  readonly #atMost: number;
  readonly #onGivenWay: (() => void) | undefined;
  #room: Buffer = Buffer.alloc(0);
  #size = 0;

  /** More than `atMost` bytes will not come. `onGivenWay` hears that the bytes had to go before they were whole. */
  constructor(budget: ByteBudget, atMost: number, onGivenWay?: () => void) {
    this.#budget = budget;
    this.#atMost = atMost;
    this.#onGivenWay = onGivenWay;
  }

  get bytes(): Buffer {
    return this.#room.subarray(0, this.#size);
  }

  /** False when the budget has no room for it; what is kept stays as it was. */
  append(chunk: Buffer): boolean {
    const size = this.#size + chunk.length;
    if (size > this.#room.length) {
      // Most bodies come in one piece, which is kept as it is.
      const capacity = this.#size === 0 ? chunk.length : Math.max(size, Math.min(2 * this.#room.length, this.#atMost));
      if (!this.#budget.take(capacity - this.#room.length, this)) return false;
      this.#room = this.#size === 0 ? chunk : Buffer.concat([this.bytes], capacity);
    }
    if (this.#room !== chunk) chunk.copy(this.#room, this.#size);
    this.#size = size;
    return true;
  }

  /** No more will come, and what came is not given away any more. */
  finish(): void {
    this.#budget.keep(this);
  }

  giveWay(): void {
    this.release();
    this.#onGivenWay?.();
  }

  /** Forgets all, and gives the room back to the budget. Safe to call twice. */
  release(): void {
    this.#budget.keep(this);
    this.#budget.give(this.#room.length);
    this.#room = Buffer.alloc(0);
    this.#size = 0;
  }
}
