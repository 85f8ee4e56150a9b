/** The issues on which somebody waits for a plan, and since when. */
export class UnansweredIssues {
  readonly #since = new Map<string, number>();

  /** `since` in ISO 8601; undefined when nobody waits any more. */
  set(repository: string, issueNumber: number, since: string | undefined): void {
    const key = `${repository}#${issueNumber}`;
    if (since === undefined) this.#since.delete(key);
    else this.#since.set(key, Date.parse(since));
  }

  /** Forgets a repository that is not served any more. */
  drop(repository: string): void {
    for (const key of this.#since.keys()) if (key.startsWith(`${repository}#`)) this.#since.delete(key);
  }

  /** Age of the oldest; 0 when there is none. */
  oldestSeconds(now: Date): number {
    let oldest = now.getTime();
    for (const since of this.#since.values()) oldest = Math.min(oldest, since);
    return (now.getTime() - oldest) / 1000;
  }
}
