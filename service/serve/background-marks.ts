import type { Mark } from "../cause.ts";
import { errorFields } from "../error-fields.ts";
import type { ServiceLog } from "../service-log.ts";

/** Marks that are left while nobody waits; a mark that gets lost is left by the loop. */
export class BackgroundMarks {
  readonly #addMark: (mark: Mark) => Promise<void>;
  readonly #log: ServiceLog;
  readonly #max: number;
  readonly #pending = new Set<Promise<void>>();

  constructor(addMark: (mark: Mark) => Promise<void>, log: ServiceLog, max = 50) {
    this.#addMark = addMark;
    this.#log = log;
    this.#max = max;
  }

  /** `of` names in the log what the marks are for. */
  add(marks: readonly Mark[], of: object = {}): void {
    for (const mark of marks) {
      if (this.#pending.size >= this.#max) {
        this.#log.warn(
          { ...of, pending: this.#pending.size },
          "too many marks under way; this one is left to the loop",
        );
        return;
      }
      const marking: Promise<void> = this.#addMark(mark)
        .catch((error: unknown) => this.#log.warn({ ...of, ...errorFields(error) }, "mark left to the loop"))
        .finally(() => this.#pending.delete(marking));
      this.#pending.add(marking);
    }
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
