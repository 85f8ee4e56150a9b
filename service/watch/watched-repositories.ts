import { isExactName, type RepositoryFilter } from "@froussard/contract";
import type { Clock } from "../clock.ts";
import type { GitHubAccess } from "../github-access.ts";
import { Backoff } from "./backoff.ts";
import { RepositoryWatch } from "./repository-watch.ts";

export interface WatchedOptions {
  /** Names and globs. */
  patterns: readonly string[];
  admits: RepositoryFilter;
  /** Older changes are not asked for. ISO 8601. */
  since: string;
  github: GitHubAccess;
  clock: Clock;
  random?: (() => number) | undefined;
}

const rediscoverMs = 10 * 60_000;

/** The repositories to look at: those that are named, and those that globs find, looked for again now and then. */
export class WatchedRepositories {
  readonly #of: WatchedOptions;
  readonly #watched = new Map<string, RepositoryWatch>();
  readonly #backoff: Backoff;
  /** Time of the next discovery. Milliseconds. */
  discoverAt = 0;

  constructor(options: WatchedOptions) {
    this.#of = options;
    this.#backoff = new Backoff(options.random);
  }

  get all(): RepositoryWatch[] {
    return [...this.#watched.values()];
  }

  nextDue(now: number): RepositoryWatch | undefined {
    return this.all.filter(({ asking, dueAt }) => !asking && dueAt <= now).toSorted((a, b) => a.dueAt - b.dueAt)[0];
  }

  /** Asks `list` only when there are globs. Resolves to the names that are not served any more. @throws what `list` throws */
  async discover(list: () => Promise<string[]>): Promise<string[]> {
    const { patterns, admits, since, github, clock, random = Math.random } = this.#of;
    try {
      const exact = patterns.filter(isExactName);
      const listed = exact.length === patterns.length ? [] : await list();
      const names = new Map([...exact, ...listed.filter(admits)].map((name) => [name.toLowerCase(), name]));
      const gone = [...this.#watched].filter(([key]) => !names.has(key));
      for (const [key] of gone) this.#watched.delete(key);
      for (const [key, name] of names)
        if (!this.#watched.has(key)) this.#watched.set(key, new RepositoryWatch(name, since, github, clock, random));
      this.#backoff.succeeded();
      this.discoverAt = clock.now().getTime() + rediscoverMs;
      return gone.map(([, { name }]) => name);
    } catch (error) {
      this.discoverAt = clock.now().getTime() + this.#backoff.failed();
      throw error;
    }
  }
}
