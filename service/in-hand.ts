/** Things under way, and since when. */
export class InHand {
  readonly #since = new Set<{ at: number }>();
  readonly #now: () => number;

  /** `now` in milliseconds, from any beginning. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get size(): number {
    return this.#since.size;
  }

  /** Something begins; to be called again when it has ended. */
  begin(): () => void {
    const entry = { at: this.#now() };
    this.#since.add(entry);
    return () => void this.#since.delete(entry);
  }

  /** Age of what began first, in milliseconds; 0 when nothing is under way. */
  get oldestMs(): number {
    // A set keeps the order in which things were added.
    const [oldest] = this.#since;
    return oldest ? this.#now() - oldest.at : 0;
  }
}
