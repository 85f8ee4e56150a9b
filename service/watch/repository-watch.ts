import type { Clock } from "../clock.ts";
import type { GitHubAccess } from "../github-access.ts";
import { Backoff } from "./backoff.ts";
import type { Urgency } from "./point-budget.ts";

export interface FoundIssue {
  number: number;
  open: boolean;
  urgency: Urgency;
}

/** One repository's list of changes, asked for with the ETag of the last answer. */
export class RepositoryWatch {
  readonly name: string;
  readonly #github: GitHubAccess;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #since: string;
  #etag: string | undefined;
  #seen = new Map<number, string>();
  #swept = false;
  /** Time of the next question. Milliseconds. */
  dueAt = 0;
  asking = false;

  constructor(name: string, since: string, github: GitHubAccess, clock: Clock, random: () => number) {
    this.name = name;
    this.#since = since;
    this.#github = github;
    this.#clock = clock;
    this.#backoff = new Backoff(random);
  }

  /**
   * Asks what changed and tells `found` of it; the first time also what has been pending for longer. Sets when to ask
   * next, later after failures. @throws what GitHub's client throws
   */
  async ask(everyMs: number, found: (issue: FoundIssue) => void, beforeSweepPage: () => Promise<void>): Promise<void> {
    this.asking = true;
    try {
      await this.#changes(found);
      if (!this.#swept) await this.#sweep(found, beforeSweepPage);
      this.#backoff.succeeded();
      this.dueAt = this.#clock.now().getTime() + everyMs;
    } catch (error) {
      this.dueAt = this.#clock.now().getTime() + Math.max(everyMs, this.#backoff.failed());
      throw error;
    } finally {
      this.asking = false;
    }
  }

  async #changes(found: (issue: FoundIssue) => void): Promise<void> {
    const changes = await this.#github.listChanges(this.name, this.#since, this.#etag);
    if (changes === "unchanged") return;
    for (const { number, open, fingerprint } of changes.issues)
      if (this.#seen.get(number) !== fingerprint) found({ number, open, urgency: "issue" });
    this.#seen = new Map(changes.issues.map(({ number, fingerprint }) => [number, fingerprint]));
    const newest = changes.issues
      .map(({ updatedAt }) => updatedAt)
      .toSorted()
      .at(-1);
    // The ETag belongs to the question, so to the time asked about. That time is included in the next answer again.
    const moved = newest !== undefined && newest > this.#since;
    this.#etag = moved ? undefined : changes.etag;
    if (moved) this.#since = newest;
  }

  async #sweep(found: (issue: FoundIssue) => void, beforePage: () => Promise<void>): Promise<void> {
    await beforePage();
    for await (const page of this.#github.listPending(this.name)) {
      for (const number of page) found({ number, open: true, urgency: "sweep" });
      await beforePage();
    }
    this.#swept = true;
  }
}
