/** Growing pauses after failures in a row, with jitter so that several services do not come back at once. */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Milliseconds to wait before the next try: about 1 s, 2 s, 4 s … 60 s, each between half and whole. */
  failed(): number {
    const ceiling = Math.min(60_000, 1000 * 2 ** this.#failures);
    this.#failures += 1;
    return ceiling * (0.5 + this.#random() / 2);
  }
}
