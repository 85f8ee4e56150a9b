import type { Viewer } from "../store/records.ts";

const hourMs = 3_600_000;
export type Resource = "core" | "graphql";

interface Budget {
  limit: number;
  used: number;
  /** Milliseconds. */
  resetAt: number;
}
export interface RateLimitState extends Budget {
  remaining: number;
}

/** Whose budget it is: a token's own, or, however often it gets a new token, an installation's; "" is nobody's. */
export function accountOf({ token, app }: Viewer): string {
  if (app) return `app ${app.id}`;
  return token?.installation ? `installation ${token.installation.id}` : (token?.value ?? "");
}

/** GitHub's primary limits, one budget per account and resource, renewed hourly. */
export class RateLimits {
  readonly #budgets = new Map<string, Budget>();
  readonly #limits = new Map<string, number>();
  readonly #totals = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  #budget(key: string, resource: Resource): Budget {
    const name = `${resource} ${key}`;
    const limit = this.#limits.get(name) ?? (key === "" ? 60 : 5000);
    let budget = this.#budgets.get(name);
    if (!budget || budget.resetAt <= this.#now()) {
      budget = { limit, used: 0, resetAt: this.#now() + hourMs };
      this.#budgets.set(name, budget);
    }
    budget.limit = limit;
    return budget;
  }

  state(key: string, resource: Resource): RateLimitState {
    const budget = this.#budget(key, resource);
    return { ...budget, remaining: Math.max(0, budget.limit - budget.used) };
  }

  /** Sets the limit, and so what remains, of a token. */
  set(key: string, resource: Resource, limit: number): void {
    this.#limits.set(`${resource} ${key}`, limit);
  }

  spend(key: string, resource: Resource, points: number): void {
    this.#budget(key, resource).used += points;
    const name = `${resource} ${key}`;
    this.#totals.set(name, (this.#totals.get(name) ?? 0) + points);
  }

  /** All that a token has spent since the start, whatever was renewed in between. */
  total(key: string, resource: Resource): number {
    return this.#totals.get(`${resource} ${key}`) ?? 0;
  }

  headers(key: string, resource: Resource): Record<string, string> {
    const { limit, remaining, used, resetAt } = this.state(key, resource);
    return {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-used": String(Math.min(used, limit)),
      "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
      "x-ratelimit-resource": resource,
    };
  }
}
