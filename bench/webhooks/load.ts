import { createHistogram } from "node:perf_hooks";

/** How deliveries went through, as their sender saw it. */
export interface Load {
  /** Accepted. */
  count: number;
  /** Answered otherwise, or not at all. */
  failed: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Counts and times deliveries, from its creation on. */
export class LoadRecorder {
  readonly #started = performance.now();
  readonly #histogram = createHistogram();
  #last = this.#started;
  #failed = 0;

  accepted(ms: number): void {
    // It takes whole numbers: microseconds.
    this.#histogram.record(Math.max(1, Math.round(ms * 1000)));
    this.#last = performance.now();
  }

  failed(count = 1): void {
    this.#failed += count;
  }

  /** Until the last one was accepted. */
  load(): Load {
    const { count } = this.#histogram;
    const seconds = (this.#last - this.#started) / 1000;
    return {
      count,
      failed: this.#failed,
      perSecond: seconds > 0 ? count / seconds : 0,
      p50Ms: count > 0 ? this.#histogram.percentile(50) / 1000 : 0,
      p99Ms: count > 0 ? this.#histogram.percentile(99) / 1000 : 0,
    };
  }
}
