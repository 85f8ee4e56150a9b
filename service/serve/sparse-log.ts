import type { ServiceLog } from "../service-log.ts";

/** Of each kind: this many lines at once, and one more whenever this much time has passed. */
const atOnce = 20;
const refillMs = 5_000;

interface Kind {
  lines: number;
  /** When `lines` was right. Milliseconds. */
  at: number;
  leftOut: number;
}

/**
 * Warnings that anybody can cause, who may send thousands a second: of each kind a few are logged, and the next one says how
 * many were not. Kinds come from a short list.
 */
export class SparseLog {
  readonly #log: Pick<ServiceLog, "warn">;
  readonly #now: () => number;
  readonly #kinds = new Map<string, Kind>();

  /** `now` in milliseconds, from any beginning. */
  constructor(log: Pick<ServiceLog, "warn">, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  warn(kind: string, fields: object, message: string): void {
    const now = this.#now();
    const before = this.#kinds.get(kind) ?? { lines: atOnce, at: now, leftOut: 0 };
    const refilled = Math.floor((now - before.at) / refillMs);
    const lines = Math.min(atOnce, before.lines + refilled);
    const at = before.at + refilled * refillMs;
    if (lines === 0) {
      this.#kinds.set(kind, { lines, at, leftOut: before.leftOut + 1 });
      return;
    }
    this.#kinds.set(kind, { lines: lines - 1, at, leftOut: 0 });
    this.#log.warn({ ...fields, ...(before.leftOut > 0 && { leftOut: before.leftOut }) }, message);
  }
}
