import type { Clock } from "../clock.ts";
import type { Allowance } from "../github-access.ts";

/** More urgent work may spend what less urgent work has to leave. */
export type Urgency = "pulse" | "issue" | "sweep";

/** Parts of the burst that must be left over for more urgent work. */
const reserve: Record<Urgency, number> = { pulse: 0, issue: 0.1, sweep: 0.3 };

/** Part of the hour's points that may be spent at once; the rest is handed out evenly over the hour. */
const burstShare = 0.25;

/** Below this many points on the token we leave the rest to its other users. */
const leaveToOthers = 200;

/**
 * The ceiling of GraphQL points an hour: a bucket that fills evenly, so that in no hour more than `pointsPerHour` are
 * spent; slower while GitHub says that little is left until the limit's reset.
 */
export class PointBudget {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perMs: number;
  #points: number;
  #filledAt: number;
  #left: { remaining: number; resetAt: number } | undefined;

  constructor(clock: Clock, pointsPerHour: number) {
    this.#clock = clock;
    this.#burst = pointsPerHour * burstShare;
    this.#perMs = (pointsPerHour - this.#burst) / 3_600_000;
    this.#points = this.#burst;
    this.#filledAt = clock.now().getTime();
  }

  /** Hears what GitHub says after a query: what it cost, and what is left. */
  note({ kind, cost, remaining, resetAt }: Allowance): void {
    if (kind !== "graphql") return;
    this.#fill();
    this.#points -= cost;
    this.#left = { remaining, resetAt: Date.parse(resetAt) };
  }

  /** How long work of this urgency has to wait; 0 when it may go ahead. Milliseconds. */
  waitMs(urgency: Urgency): number {
    this.#fill();
    const now = this.#clock.now().getTime();
    if (this.#left && this.#left.remaining <= leaveToOthers && this.#left.resetAt > now)
      return this.#left.resetAt - now;
    const missing = 1 + this.#burst * reserve[urgency] - this.#points;
    return missing <= 0 ? 0 : Math.ceil(missing / this.#perMs);
  }

  #fill(): void {
    const now = this.#clock.now().getTime();
    this.#points = Math.min(this.#burst, this.#points + (now - this.#filledAt) * this.#rate(now));
    this.#filledAt = now;
  }

  /** Other users of the token spend too: never plan with more than is left until the reset. */
  #rate(now: number): number {
    if (!this.#left || this.#left.resetAt <= now) return this.#perMs;
    const affordable = Math.max(0, this.#left.remaining - leaveToOthers) / (this.#left.resetAt - now);
    return Math.min(this.#perMs, affordable);
  }
}
