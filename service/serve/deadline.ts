/** The time that all steps of one request have together. */
export class Deadline {
  readonly #ends: number;
  readonly #now: () => number;

  /** `now` in milliseconds, from any beginning. */
  constructor(ms: number, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#ends = now() + ms;
  }

  /** Milliseconds; 0 when there is no time left. */
  get leftMs(): number {
    return Math.max(0, Math.floor(this.#ends - this.#now()));
  }
}
