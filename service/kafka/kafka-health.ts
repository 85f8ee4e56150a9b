import type { Clock } from "../clock.ts";
import { within } from "../serve/within.ts";
import { explainKafkaError, type KafkaFault } from "./explain-kafka-error.ts";

export interface HealthOptions {
  /** Rejects when records could not be published now. */
  check(): Promise<void>;
  /** After each check; undefined when it went well. */
  onChecked(fault: KafkaFault | undefined, error?: unknown): void;
  clock: Clock;
  /** Between checks while all is well. @default 5_000 */
  upMs?: number;
  /** Between checks while it is not. @default 1_000 */
  downMs?: number;
  /** Between checks at least, however often one is asked for. @default 250 */
  leastMs?: number;
  /** A check that takes longer has failed. @default 4_000 */
  checkMs?: number;
}

/** Looks by itself whether Kafka takes records, again and again: nobody sends requests to a service that is not ready. */
export class KafkaHealth {
  readonly #options: Required<HealthOptions>;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  readonly #ended: Promise<void>;

  constructor(options: HealthOptions) {
    this.#options = { upMs: 5_000, downMs: 1_000, leastMs: 250, checkMs: 4_000, ...options };
    this.#ended = this.#run();
  }

  /** Looks at once, or as soon as it may, instead of at the next time; something went wrong elsewhere. */
  lookNow(): void {
    this.#wake.abort();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { clock, upMs, downMs, leastMs } = this.#options;
    while (!this.#stop.signal.aborted) {
      const well = await this.#look();
      // A wake during the look was about what it has just seen, or the next one sees it.
      if (!this.#stop.signal.aborted) this.#wake = new AbortController();
      // Publishes that fail may be thousands a second.
      await clock.sleep(leastMs, this.#stop.signal);
      await clock.sleep((well ? upMs : downMs) - leastMs, this.#wake.signal);
    }
  }

  async #look(): Promise<boolean> {
    const { check, checkMs, onChecked } = this.#options;
    try {
      await within("asking Kafka", checkMs, check);
      onChecked(undefined);
      return true;
    } catch (error) {
      const fault = explainKafkaError(error);
      if (!this.#stop.signal.aborted) onChecked(fault, error);
      return false;
    }
  }
}
