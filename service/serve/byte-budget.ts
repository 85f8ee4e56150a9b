/** Holds bytes, and can do without them as long as what it holds is not whole. */
export interface GivesWay {
  giveWay(): void;
}

/** How many bytes of requests' bodies the process may hold at a time, whoever sends them. */
export class ByteBudget {
  readonly #max: number;
  #held = 0;
  /** Oldest first. */
  readonly #unfinished = new Set<GivesWay>();

  constructor(max: number) {
    this.#max = max;
  }

  get held(): number {
    return this.#held;
  }

  /**
   * False when they do not fit now; nothing is taken then. What is older than `who` and still not whole gives way first:
   * otherwise a few senders that never end would keep everybody else out.
   */
  take(bytes: number, who?: GivesWay): boolean {
    for (const older of this.#unfinished) {
      if (this.#held + bytes <= this.#max || older === who) break;
      this.#unfinished.delete(older);
      older.giveWay();
    }
    if (this.#held + bytes > this.#max) return false;
    this.#held += bytes;
    if (who) this.#unfinished.add(who);
    return true;
  }

  /** What it holds stays until it is given back. Safe to call twice. */
  keep(who: GivesWay): void {
    this.#unfinished.delete(who);
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}
