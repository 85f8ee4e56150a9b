import type { ByteBudget } from "./byte-budget.ts";

/**
 * The bytes of a body as they come in, in one piece: a list of the pieces would let a sender of single bytes take a
 * hundred times of what it sends. Room grows with what was really sent, never with what was announced.
 */
export class KeptBytes {
  readonly #budget: ByteBudget;
  readonly #atMost: number;
  #room: Buffer = Buffer.alloc(0);
  #size = 0;

  /** More than `atMost` bytes will not come. */
  constructor(budget: ByteBudget, atMost: number) {
    this.#budget = budget;
    this.#atMost = atMost;
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
      if (!this.#budget.take(capacity - this.#room.length)) return false;
      this.#room = this.#size === 0 ? chunk : Buffer.concat([this.bytes], capacity);
    }
    if (this.#room !== chunk) chunk.copy(this.#room, this.#size);
    this.#size = size;
    return true;
  }

  /** Forgets all, and gives the room back to the budget. Safe to call twice. */
  release(): void {
    this.#budget.give(this.#room.length);
    this.#room = Buffer.alloc(0);
    this.#size = 0;
  }
}
