/** A plan that waits for a reaction. */
export interface PendingPlan {
  nodeId: string;
  repository: string;
  issueNumber: number;
  /** ISO 8601. */
  createdAt: string;
}

export interface ScheduleSettings {
  /** Between looks at a plan younger than ten minutes. */
  freshMs: number;
  /** Between looks at a plan older than a day; in between the pace slows down by steps. */
  oldMs: number;
}

interface Entry extends PendingPlan {
  lookedAt: number;
  /** What it looked like when it was last acted on. */
  fingerprint: string | undefined;
  /** GitHub did not show it at the last look. */
  isMissing: boolean;
}

const minute = 60_000;
/** One query reads this many comments, and costs the same for one. */
export const plansPerQuery = 100;

/** Which pending plans to look at when: fresh ones every few seconds, older ones less often. */
export class PlanSchedule {
  readonly #settings: ScheduleSettings;
  readonly #entries = new Map<string, Entry>();

  constructor(settings: ScheduleSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Watches this plan of an issue and no other of it; none when undefined. */
  set(repository: string, issueNumber: number, plan: PendingPlan | undefined, fingerprint?: string): void {
    for (const entry of this.#entries.values())
      if (entry.repository === repository && entry.issueNumber === issueNumber && entry.nodeId !== plan?.nodeId)
        this.#entries.delete(entry.nodeId);
    if (plan)
      this.#entries.set(plan.nodeId, {
        lookedAt: 0,
        isMissing: false,
        ...this.#entries.get(plan.nodeId),
        ...plan,
        fingerprint,
      });
  }

  get(nodeId: string): Readonly<Omit<Entry, "lookedAt">> | undefined {
    return this.#entries.get(nodeId);
  }

  noteMissing(nodeId: string, isMissing: boolean): void {
    const entry = this.#entries.get(nodeId);
    if (entry) entry.isMissing = isMissing;
  }

  /**
   * Node ids for one query, or none when nothing is due. A query costs the same for one as for a hundred, so plans that
   * would be due soon ride along.
   */
  take(now: number): string[] {
    const entries = [...this.#entries.values()].map((entry) => ({ entry, late: this.#lateness(entry, now) }));
    if (!entries.some(({ late }) => late >= 1)) return [];
    const taken = entries
      .filter(({ late }) => late >= 0.5)
      .toSorted((a, b) => b.late - a.late)
      .slice(0, plansPerQuery);
    for (const { entry } of taken) entry.lookedAt = now;
    return taken.map(({ entry }) => entry.nodeId);
  }

  /** Time since the last look in parts of the plan's interval; 1 is due. */
  #lateness({ createdAt, lookedAt }: Entry, now: number): number {
    return (now - lookedAt) / this.#interval(now - Date.parse(createdAt));
  }

  #interval(ageMs: number): number {
    const { freshMs, oldMs } = this.#settings;
    if (ageMs < 10 * minute) return freshMs;
    if (ageMs < 60 * minute) return Math.min(oldMs, Math.max(freshMs, 15_000));
    if (ageMs < 24 * 60 * minute) return Math.min(oldMs, Math.max(freshMs, 30_000));
    return oldMs;
  }
}
