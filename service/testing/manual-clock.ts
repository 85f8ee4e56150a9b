import type { Clock } from "../clock.ts";

/** Time that passes only when the test says so: a simulated hour takes milliseconds. */
export class ManualClock implements Clock {
  #now: number;
  readonly #sleepers: { at: number; wake: () => void }[] = [];
  readonly #onTime: (now: Date) => void;

  /** `onTime` hears of every new time before anybody wakes. */
  constructor(now: Date, onTime: (now: Date) => void = () => {}) {
    this.#now = now.getTime();
    this.#onTime = onTime;
  }

  now(): Date {
    return new Date(this.#now);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#sleepers.push({ at: this.#now + ms, wake });
      signal?.addEventListener("abort", wake);
    });
  }

  /** Lets time pass, waking sleepers in their order; what they start is finished in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
      this.#to(next.at);
      next.wake();
    }
    this.#to(end);
    await settled();
  }

  #to(time: number): void {
    this.#now = time;
    this.#onTime(this.now());
  }
}

/** All that was started and needs no time is done. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
