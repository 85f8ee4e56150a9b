import type { Urgency } from "./point-budget.ts";

export interface QueuedIssue {
  repository: string;
  issueNumber: number;
  urgency: Urgency;
}

const order: readonly Urgency[] = ["pulse", "issue", "sweep"];

/** Issues to look at: each stands here once, the most urgent first, and nobody gets one that is being looked at. */
export class IssueQueue {
  readonly #waiting = new Map<string, QueuedIssue>();
  readonly #taken = new Set<string>();
  #changed = Promise.withResolvers<void>();

  add(repository: string, issueNumber: number, urgency: Urgency): void {
    const key = `${repository}#${issueNumber}`;
    const waiting = this.#waiting.get(key);
    if (waiting && order.indexOf(waiting.urgency) <= order.indexOf(urgency)) return;
    this.#waiting.set(key, { repository, issueNumber, urgency });
    this.notify();
  }

  take(): QueuedIssue | undefined {
    for (const urgency of order)
      for (const [key, issue] of this.#waiting) {
        if (issue.urgency !== urgency || this.#taken.has(key)) continue;
        this.#waiting.delete(key);
        this.#taken.add(key);
        return issue;
      }
    return undefined;
  }

  done({ repository, issueNumber }: QueuedIssue): void {
    this.#taken.delete(`${repository}#${issueNumber}`);
    this.notify();
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && this.#taken.size === 0;
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Wakes everybody who waits for a change. */
  notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
