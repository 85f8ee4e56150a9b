import type { Considered } from "./consider-issue.ts";
import { begunWithinDay } from "./day-runs.ts";

/** What is remembered of an issue after a look at it, for the metrics. Times in ISO 8601. */
type Known = Pick<Considered, "unansweredSince" | "untracedSince"> & { runsBegun: readonly string[] };

/** What the loop knows of the issues that it has looked at, as a whole. */
export class KnownIssues {
  readonly #repositories = new Map<string, Map<number, Known>>();

  /** `known` is left out of an issue that is closed or gone: nobody waits there, but its runs count for their day. */
  set(repository: string, issueNumber: number, known?: Known): void {
    const issues = this.#repositories.get(repository) ?? new Map<number, Known>();
    this.#repositories.set(repository, issues);
    const { runsBegun = [] } = known ?? issues.get(issueNumber) ?? {};
    issues.set(issueNumber, { ...known, runsBegun });
  }

  /** Forgets a repository that is not served any more. */
  drop(repository: string): void {
    this.#repositories.delete(repository);
  }

  /** Age of the oldest request for a plan that shows neither plan nor end; 0 when there is none. */
  oldestUnansweredSeconds(now: Date): number {
    return this.#oldestSeconds(now, "unansweredSince");
  }

  /** Time since the oldest task was published that shows no trace; 0 when there is none. */
  oldestUntracedSeconds(now: Date): number {
    return this.#oldestSeconds(now, "untracedSince");
  }

  /** Runs that began within the last 24 hours, by repository. */
  dayRuns(now: Date): ReadonlyMap<string, number> {
    const counts = [...this.#repositories].map(([repository, issues]): [string, number] => {
      const begun = [...issues.values()].flatMap(({ runsBegun }) => runsBegun);
      return [repository, begunWithinDay(begun, now)];
    });
    return new Map(counts);
  }

  #oldestSeconds(now: Date, since: "unansweredSince" | "untracedSince"): number {
    let oldest = now.getTime();
    for (const issues of this.#repositories.values())
      for (const { [since]: time } of issues.values())
        if (time !== undefined) oldest = Math.min(oldest, Date.parse(time));
    return (now.getTime() - oldest) / 1000;
  }
}
