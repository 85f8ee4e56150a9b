import { errorFields } from "../error-fields.ts";
import type { Allowance } from "../github-access.ts";
import { isExactName } from "../repository-filter.ts";
import { Backoff } from "./backoff.ts";
import { type Considering, considerIssue } from "./consider-issue.ts";
import { IssueQueue, type QueuedIssue } from "./issue-queue.ts";
import { PlanSchedule } from "./plan-schedule.ts";
import { PointBudget } from "./point-budget.ts";
import { pulseFingerprint, pulseOf } from "./pulse-fingerprint.ts";
import { RepositoryWatch } from "./repository-watch.ts";
import { UnansweredIssues } from "./unanswered-issues.ts";

export interface WatchSettings {
  /** Names and globs. */
  repositories: readonly string[];
  /** Between questions for a repository's changes. */
  repositoryMs: number;
  freshPlanMs: number;
  oldPlanMs: number;
  /** Ceiling of GraphQL points in any hour. */
  pointsPerHour: number;
}

export interface WatchOptions extends Considering {
  settings: WatchSettings;
  /** @default Math.random */
  random?: () => number;
  /** Hears how each question to GitHub went, and how long it took: `changes`, `pulse`, `issue` or `repositories`. */
  onTick?: (track: string, ok: boolean, seconds: number) => void;
}

const second = 1000;
const workers = 3;
const questionsAtOnce = 4;
/** GitHub's secondary limit is 900 points a minute: stay well below it, however many repositories there are. */
const betweenQuestionsMs = 100;
/** An issue that GitHub does not show is asked for this often, over some ten seconds, before its plan is given up. */
const missesAllowed = 5;
const rediscoverMs = 10 * 60 * second;

/**
 * The reconcile loop (design §6): looks what changed, looks at the reactions on pending plans, and considers each issue
 * that may need something. State is rebuilt from GitHub at every start.
 */
export class Watch {
  readonly #of: WatchOptions;
  readonly #budget: PointBudget;
  readonly #plans: PlanSchedule;
  readonly #issues = new IssueQueue();
  readonly #repositories = new Map<string, RepositoryWatch>();
  readonly #wakes = new Map<string, { issue: QueuedIssue; at: number }>();
  readonly #failures = new Map<string, Backoff>();
  readonly #misses = new Map<string, number>();
  readonly #unanswered = new UnansweredIssues();
  readonly #discovery: Backoff;
  #discoverAt = 0;
  #failed = 0;
  #restPausedUntil = 0;
  #nextQuestionAt = 0;

  constructor(options: WatchOptions) {
    this.#of = options;
    const { freshPlanMs, oldPlanMs, pointsPerHour } = options.settings;
    this.#budget = new PointBudget(options.clock, pointsPerHour);
    this.#plans = new PlanSchedule({ freshMs: freshPlanMs, oldMs: oldPlanMs });
    this.#discovery = new Backoff(options.random);
  }

  /** Hears what GitHub says about the rate limits; hand it to the access. */
  note(allowance: Allowance): void {
    this.#budget.note(allowance);
    if (allowance.kind === "rest" && allowance.remaining <= 100) this.#restPausedUntil = Date.parse(allowance.resetAt);
  }

  get pendingPlans(): number {
    return this.#plans.size;
  }

  /** Age of the oldest request for a plan that shows neither plan nor end; 0 when there is none. */
  get oldestUnansweredSeconds(): number {
    return this.#unanswered.oldestSeconds(this.#of.clock.now());
  }

  /** Runs until `signal` aborts, and ends what it has in hand. Never rejects because of GitHub. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#schedule(signal),
      this.#lookAtPlans(signal),
      ...Array.from({ length: workers }, () => this.#work(signal)),
    ]);
  }

  /** One look at everything; resolves when all that was found is considered, with the number of failures. */
  async once(signal: AbortSignal): Promise<number> {
    await this.#discover();
    await Promise.all([...this.#repositories.values()].map((repository) => this.#ask(repository, signal)));
    const drained = new AbortController();
    const stop = AbortSignal.any([signal, drained.signal]);
    const working = Array.from({ length: workers }, () => this.#work(stop));
    while (!this.#issues.isEmpty && !signal.aborted) await this.#issues.changed();
    drained.abort();
    await Promise.all(working);
    return this.#failed;
  }

  #tick(track: string, ok: boolean, since: number): void {
    if (!ok) this.#failed += 1;
    this.#of.onTick?.(track, ok, (this.#of.clock.now().getTime() - since) / second);
  }

  async #schedule(signal: AbortSignal): Promise<void> {
    const { clock } = this.#of;
    const asking = new Set<Promise<void>>();
    while (!signal.aborted) {
      const now = clock.now().getTime();
      if (now >= this.#discoverAt) await this.#discover();
      for (const [key, { issue, at }] of this.#wakes)
        if (at <= now) {
          this.#wakes.delete(key);
          this.#issues.add(issue.repository, issue.issueNumber, issue.urgency);
        }
      const due = this.#nextDue(now);
      if (due && asking.size < questionsAtOnce && now >= this.#nextQuestionAt && now >= this.#restPausedUntil) {
        this.#nextQuestionAt = now + betweenQuestionsMs;
        const question: Promise<void> = this.#ask(due, signal).finally(() => asking.delete(question));
        asking.add(question);
      }
      await clock.sleep(due ? betweenQuestionsMs : Math.min(second, this.#of.settings.repositoryMs), signal);
    }
    await Promise.all(asking);
  }

  #nextDue(now: number): RepositoryWatch | undefined {
    return [...this.#repositories.values()]
      .filter(({ asking, dueAt }) => !asking && dueAt <= now)
      .toSorted((a, b) => a.dueAt - b.dueAt)[0];
  }

  async #discover(): Promise<void> {
    const { github, admits, clock, policy, settings, log, random = Math.random } = this.#of;
    const began = clock.now().getTime();
    try {
      const exact = settings.repositories.filter(isExactName);
      const listed = exact.length === settings.repositories.length ? [] : await github.listRepositories();
      const names = new Map([...exact, ...listed.filter(admits)].map((name) => [name.toLowerCase(), name]));
      for (const [key, { name }] of this.#repositories)
        if (!names.has(key)) {
          this.#repositories.delete(key);
          this.#unanswered.drop(name);
        }
      for (const [key, name] of names)
        if (!this.#repositories.has(key))
          this.#repositories.set(key, new RepositoryWatch(name, policy.since, github, clock, random));
      this.#discovery.succeeded();
      this.#discoverAt = clock.now().getTime() + rediscoverMs;
      if (listed.length > 0) this.#tick("repositories", true, began);
    } catch (error) {
      log.warn(errorFields(error), "cannot list the repositories");
      this.#discoverAt = clock.now().getTime() + this.#discovery.failed();
      this.#tick("repositories", false, began);
    }
  }

  async #ask(repository: RepositoryWatch, signal: AbortSignal): Promise<void> {
    const { clock, log, settings } = this.#of;
    const began = clock.now().getTime();
    try {
      await repository.ask(
        settings.repositoryMs,
        ({ number, open, urgency }) => {
          if (open) this.#issues.add(repository.name, number, urgency);
          else {
            this.#plans.set(repository.name, number, undefined);
            this.#unanswered.set(repository.name, number, undefined);
          }
        },
        () => this.#affordable("sweep", signal),
      );
      this.#tick("changes", true, began);
    } catch (error) {
      log.warn({ repository: repository.name, ...errorFields(error) }, "cannot look for changes");
      this.#tick("changes", false, began);
    }
  }

  async #lookAtPlans(signal: AbortSignal): Promise<void> {
    const { clock, github, log, settings } = this.#of;
    const backoff = new Backoff(this.#of.random);
    while (!signal.aborted) {
      const ids = this.#plans.take(clock.now().getTime());
      let pause = Math.min(second, settings.freshPlanMs / 4);
      if (ids.length > 0) {
        let began = clock.now().getTime();
        try {
          await this.#affordable("pulse", signal);
          began = clock.now().getTime();
          await this.#compare(ids, await github.readPulse(ids));
          backoff.succeeded();
          this.#tick("pulse", true, began);
        } catch (error) {
          log.warn(errorFields(error), "cannot look at pending plans");
          this.#tick("pulse", false, began);
          pause = backoff.failed();
        }
      }
      await clock.sleep(pause, signal);
    }
  }

  #compare(ids: readonly string[], pulses: Awaited<ReturnType<Considering["github"]["readPulse"]>>): void {
    const seen = new Map(pulses.map((pulse) => [pulse.nodeId, pulseFingerprint(pulse, this.#of.policy)]));
    for (const id of ids) {
      const plan = this.#plans.get(id);
      const fingerprint = seen.get(id);
      // One that GitHub does not show is a reason to look once, not at every pulse.
      const isNews = fingerprint === undefined ? !plan?.isMissing : fingerprint !== plan?.fingerprint;
      this.#plans.noteMissing(id, fingerprint === undefined);
      if (plan && isNews) this.#issues.add(plan.repository, plan.issueNumber, "pulse");
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#issues.notify(), { once: true });
    while (!signal.aborted) {
      const changed = this.#issues.changed();
      const issue = this.#issues.take();
      if (!issue) {
        await changed;
        continue;
      }
      await this.#affordable(issue.urgency, signal);
      if (!signal.aborted) await this.#consider(issue);
      this.#issues.done(issue);
    }
  }

  async #consider(issue: QueuedIssue): Promise<void> {
    const { clock, log, policy } = this.#of;
    const { repository, issueNumber } = issue;
    const key = `${repository}#${issueNumber}`;
    const began = clock.now().getTime();
    try {
      const { isMissing, lookAgainAt, pendingPlan, unansweredSince } = await considerIssue(
        this.#of,
        repository,
        issueNumber,
      );
      const misses = (this.#misses.get(key) ?? 0) + 1;
      if (isMissing && misses < missesAllowed) {
        this.#misses.set(key, misses);
        throw new Error(`GitHub shows no issue ${key}, which may pass`);
      }
      this.#misses.delete(key);
      this.#failures.delete(key);
      if (lookAgainAt === undefined) this.#wakes.delete(key);
      else this.#wakes.set(key, { issue, at: Date.parse(lookAgainAt) });
      this.#unanswered.set(repository, issueNumber, unansweredSince);
      const comment = pendingPlan?.comment;
      const plan = comment && { nodeId: comment.nodeId, repository, issueNumber, createdAt: comment.createdAt };
      this.#plans.set(repository, issueNumber, plan, comment && pulseFingerprint(pulseOf(comment), policy));
      this.#tick("issue", true, began);
    } catch (error) {
      log.warn({ repository, issueNumber, ...errorFields(error) }, "cannot consider the issue");
      const backoff = this.#failures.get(key) ?? new Backoff(this.#of.random);
      this.#failures.set(key, backoff);
      this.#wakes.set(key, { issue, at: clock.now().getTime() + backoff.failed() });
      this.#tick("issue", false, began);
    }
  }

  async #affordable(urgency: QueuedIssue["urgency"], signal: AbortSignal): Promise<void> {
    for (let wait = this.#budget.waitMs(urgency); wait > 0 && !signal.aborted; wait = this.#budget.waitMs(urgency))
      await this.#of.clock.sleep(wait, signal);
  }
}
