import { labels } from "@froussard/contract";
import { errorFields } from "../error-fields.ts";
import type { Allowance } from "../github-access.ts";
import { Backoff } from "./backoff.ts";
import { type Considering, considerIssue } from "./consider-issue.ts";
import { IssueQueue, type QueuedIssue } from "./issue-queue.ts";
import { KnownIssues } from "./known-issues.ts";
import { PlanSchedule } from "./plan-schedule.ts";
import { pulseFingerprint, pulseOf } from "./pulse-fingerprint.ts";
import { Questions } from "./questions.ts";
import type { FoundIssue, RepositoryWatch } from "./repository-watch.ts";
import { WatchedRepositories } from "./watched-repositories.ts";

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
  /** Hears what each issue waits for, after each look at it. */
  onIssue?: (issue: SeenIssue) => void;
}

/** An issue as it was found: closed ones need nothing more of anybody. */
export interface SeenIssue {
  repository: string;
  issueNumber: number;
  /** Absent when it is closed, or not there. */
  open?: { title: string; url: string };
  /** Address of the plan that a person can approve. */
  pendingPlanUrl?: string;
}

const second = 1000;
const workers = 3;
const questionsAtOnce = 4;
/** GitHub's secondary limit is 900 points a minute: stay well below it, however many repositories there are. */
const betweenQuestionsMs = 100;
/** An issue that GitHub does not show is asked for this often, over some ten seconds, before its plan is given up. */
const missesAllowed = 5;

/**
 * The reconcile loop (design §6): looks what changed, looks at the reactions on pending plans, and considers each issue
 * that may need something. State is rebuilt from GitHub at every start.
 */
export class Watch {
  readonly #of: WatchOptions;
  readonly #questions: Questions;
  readonly #plans: PlanSchedule;
  readonly #issues = new IssueQueue();
  readonly #repositories: WatchedRepositories;
  readonly #wakes = new Map<string, { issue: QueuedIssue; at: number }>();
  readonly #failures = new Map<string, Backoff>();
  readonly #misses = new Map<string, number>();
  readonly #known = new KnownIssues();
  #restPausedUntil = 0;
  #nextQuestionAt = 0;

  constructor(options: WatchOptions) {
    this.#of = options;
    const { freshPlanMs, oldPlanMs, pointsPerHour } = options.settings;
    this.#questions = new Questions({ clock: options.clock, pointsPerHour, onTick: options.onTick });
    this.#plans = new PlanSchedule({ freshMs: freshPlanMs, oldMs: oldPlanMs });
    const { admits, github, clock, policy, random } = options;
    const { repositories: patterns } = options.settings;
    this.#repositories = new WatchedRepositories({ patterns, admits, since: policy.since, github, clock, random });
  }

  /** Hears what GitHub says about the rate limits; hand it to the access. */
  note(allowance: Allowance): void {
    this.#questions.note(allowance);
    if (allowance.kind === "rest" && allowance.remaining <= 100) this.#restPausedUntil = Date.parse(allowance.resetAt);
  }

  get pendingPlans(): number {
    return this.#plans.size;
  }

  /** Age of the oldest request for a plan that shows neither plan nor end; 0 when there is none. */
  get oldestUnansweredSeconds(): number {
    return this.#known.oldestUnansweredSeconds(this.#of.clock.now());
  }

  /** Time since the oldest task was published that shows no trace; 0 when there is none. */
  get oldestUntracedSeconds(): number {
    return this.#known.oldestUntracedSeconds(this.#of.clock.now());
  }

  /** Runs that began within the last 24 hours, by repository. */
  get dayRuns(): ReadonlyMap<string, number> {
    return this.#known.dayRuns(this.#of.clock.now());
  }

  /** Why only a new process helps, or undefined. */
  get stuck(): string | undefined {
    return this.#questions.stuck;
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
    await Promise.all(this.#repositories.all.map((repository) => this.#ask(repository, signal)));
    const drained = new AbortController();
    const stop = AbortSignal.any([signal, drained.signal]);
    const working = Array.from({ length: workers }, () => this.#work(stop));
    while (!this.#issues.isEmpty && !signal.aborted) await this.#issues.changed();
    drained.abort();
    await Promise.all(working);
    return this.#questions.failed;
  }

  async #schedule(signal: AbortSignal): Promise<void> {
    const { clock } = this.#of;
    const asking = new Set<Promise<void>>();
    while (!signal.aborted) {
      const now = clock.now().getTime();
      if (now >= this.#repositories.discoverAt) await this.#discover();
      for (const [key, { issue, at }] of this.#wakes)
        if (at <= now) {
          this.#wakes.delete(key);
          this.#issues.add(issue.repository, issue.issueNumber, issue.urgency);
        }
      const due = this.#repositories.nextDue(now);
      if (due && asking.size < questionsAtOnce && now >= this.#nextQuestionAt && now >= this.#restPausedUntil) {
        this.#nextQuestionAt = now + betweenQuestionsMs;
        const question: Promise<void> = this.#ask(due, signal).finally(() => asking.delete(question));
        asking.add(question);
      }
      await clock.sleep(due ? betweenQuestionsMs : Math.min(second, this.#of.settings.repositoryMs), signal);
    }
    await Promise.all(asking);
  }

  async #discover(): Promise<void> {
    const { github, log } = this.#of;
    const list = () => this.#questions.ask("repositories", () => github.listRepositories());
    try {
      for (const gone of await this.#repositories.discover(list)) this.#known.drop(gone);
    } catch (error) {
      log.warn(errorFields(error), "cannot list the repositories");
    }
  }

  async #ask(repository: RepositoryWatch, signal: AbortSignal): Promise<void> {
    const { log, settings } = this.#of;
    const found = ({ number, open, urgency }: FoundIssue) => {
      if (open) return this.#issues.add(repository.name, number, urgency);
      this.#of.onIssue?.({ repository: repository.name, issueNumber: number });
      this.#plans.set(repository.name, number, undefined);
      this.#known.set(repository.name, number);
    };
    try {
      await this.#questions.ask("changes", (affordable) =>
        repository.ask(settings.repositoryMs, found, () => affordable("sweep", signal)),
      );
    } catch (error) {
      log.warn({ repository: repository.name, ...errorFields(error) }, "cannot look for changes");
    }
  }

  async #lookAtPlans(signal: AbortSignal): Promise<void> {
    const { clock, github, log, settings } = this.#of;
    const backoff = new Backoff(this.#of.random);
    while (!signal.aborted) {
      const ids = this.#plans.take(clock.now().getTime());
      let pause = Math.min(second, settings.freshPlanMs / 4);
      if (ids.length > 0) {
        try {
          await this.#questions.affordable("pulse", signal);
          await this.#questions.ask("pulse", async () => this.#compare(ids, await github.readPulse(ids)));
          backoff.succeeded();
        } catch (error) {
          log.warn(errorFields(error), "cannot look at pending plans");
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
      await this.#questions.affordable(issue.urgency, signal);
      if (!signal.aborted) await this.#consider(issue);
      this.#issues.done(issue);
    }
  }

  async #consider(issue: QueuedIssue): Promise<void> {
    const { clock, log, random } = this.#of;
    const { repository, issueNumber } = issue;
    const key = `${repository}#${issueNumber}`;
    try {
      await this.#questions.ask("issue", () => this.#look(issue, key));
    } catch (error) {
      log.warn({ repository, issueNumber, ...errorFields(error) }, "cannot consider the issue");
      const backoff = this.#failures.get(key) ?? new Backoff(random);
      this.#failures.set(key, backoff);
      this.#wakes.set(key, { issue, at: clock.now().getTime() + backoff.failed() });
    }
  }

  async #look(issue: QueuedIssue, key: string): Promise<void> {
    const { repository, issueNumber } = issue;
    const considered = await considerIssue(this.#of, repository, issueNumber);
    const misses = (this.#misses.get(key) ?? 0) + 1;
    if (considered.isMissing && misses < missesAllowed) {
      this.#misses.set(key, misses);
      throw new Error(`GitHub shows no issue ${key}, which may pass`);
    }
    this.#misses.delete(key);
    this.#failures.delete(key);
    if (considered.lookAgainAt === undefined) this.#wakes.delete(key);
    else this.#wakes.set(key, { issue, at: Date.parse(considered.lookAgainAt) });
    this.#known.set(repository, issueNumber, considered);
    const comment = considered.pendingPlan?.comment;
    const open = considered.snapshot?.issue.state === "OPEN" ? considered.snapshot.issue : undefined;
    this.#of.onIssue?.({
      ...{ repository, issueNumber },
      ...(open && { open: { title: open.title, url: open.url } }),
      // After a failure the 👍 is there already, and something else is to be done.
      ...(comment && !open?.labels.includes(labels.failed) && { pendingPlanUrl: comment.url }),
    });
    const plan = comment && { nodeId: comment.nodeId, repository, issueNumber, createdAt: comment.createdAt };
    this.#plans.set(repository, issueNumber, plan, comment && pulseFingerprint(pulseOf(comment), this.#of.policy));
  }
}
