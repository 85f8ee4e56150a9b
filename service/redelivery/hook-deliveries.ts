import type { GitHubHook, HookAccess, HookDelivery } from "../github-access.ts";
import { ageMs, deliveriesToRedeliver, windowMs } from "./deliveries-to-redeliver.ts";

/** GitHub lists an attempt when it is over, which may be some time after it began. */
const overlapMs = 15 * 60_000;

/**
 * What is known of one webhook's deliveries. They are read from the newest back to where the last reading began, a few
 * pages at a time; attempts at one delivery are met before the first one, so that what is known never misleads.
 */
export class HookDeliveries {
  readonly hook: GitHubHook;
  readonly #github: HookAccess;
  /** Failed attempts, and those that somebody asked for; the many others mean nothing. */
  readonly #known = new Map<string, HookDelivery>();
  readonly #asked = new Set<string>();
  /** How far back everything was read already. Milliseconds. */
  #readUntil = 0;
  #reading: { since: number; cursor: string | undefined } | undefined;

  constructor(hook: GitHubHook, github: HookAccess) {
    this.hook = hook;
    this.#github = github;
  }

  /** Reads on, at most `pages`; what is left is read next time. @throws what GitHub's client throws */
  async read(now: Date, pages: number): Promise<void> {
    const reading = this.#reading ?? { since: now.getTime(), cursor: undefined };
    this.#reading = reading;
    for (let page = 0; page < pages; page++) {
      const { deliveries, next } = await this.#github.listDeliveries(this.hook, reading.cursor);
      for (const each of deliveries) if (!each.ok || each.redelivery) this.#known.set(each.id, each);
      const oldest = deliveries.at(-1)?.deliveredAt;
      const back = Math.max(this.#readUntil - overlapMs, now.getTime() - windowMs);
      reading.cursor = next;
      if (next !== undefined && oldest !== undefined && Date.parse(oldest) >= back) continue;
      this.#readUntil = reading.since;
      this.#reading = undefined;
      break;
    }
    this.#forget(now);
  }

  /** Begins at the newest again, as after a cursor that GitHub does not take any more. */
  startOver(): void {
    this.#reading = undefined;
  }

  due(now: Date): HookDelivery[] {
    return deliveriesToRedeliver([...this.#known.values()], this.#asked, now);
  }

  noteAsked({ guid }: HookDelivery): void {
    this.#asked.add(guid);
  }

  #forget(now: Date): void {
    for (const [id, { deliveredAt, guid }] of this.#known)
      if (ageMs(deliveredAt, now) > windowMs) {
        this.#known.delete(id);
        this.#asked.delete(guid);
      }
  }
}
