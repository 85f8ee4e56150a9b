/** Remembers for a while when this process published which task; nothing is lost with it but a few seconds' patience. */
export class PublishedTasks {
  readonly #times = new Map<string, string>();
  readonly #max: number;

  constructor(max = 10_000) {
    this.#max = max;
  }

  note(taskId: string, time: Date): void {
    this.#times.delete(taskId);
    this.#times.set(taskId, time.toISOString());
    for (const oldest of this.#times.keys()) {
      if (this.#times.size <= this.#max) break;
      this.#times.delete(oldest);
    }
  }

  get(taskId: string): string | undefined {
    return this.#times.get(taskId);
  }
}
