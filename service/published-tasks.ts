/** When one process published a task, for one and the same cause. ISO 8601. */
export interface Publication {
  first: string;
  last: string;
}

/**
 * Remembers for a while when this process published which task. A cause that is given again (a 👍 taken back and renewed)
 * counts anew, though its task has the same id: so the time of the cause is part of what is remembered.
 */
export class PublishedTasks {
  readonly #entries = new Map<string, Publication & { askedAt: string }>();
  readonly #max: number;

  constructor(max = 10_000) {
    this.#max = max;
  }

  /** `askedAt` is the time of the cause. */
  note(taskId: string, askedAt: string, time: Date): void {
    const last = time.toISOString();
    const first = this.get(taskId, askedAt)?.first ?? last;
    this.#entries.delete(taskId);
    this.#entries.set(taskId, { askedAt, first, last });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#max) break;
      this.#entries.delete(oldest);
    }
  }

  get(taskId: string, askedAt: string): Publication | undefined {
    const entry = this.#entries.get(taskId);
    return entry?.askedAt === askedAt ? entry : undefined;
  }
}
