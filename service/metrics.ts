import { stages } from "@froussard/contract";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Allowance } from "./github-access.ts";

/** What the loop knows as a whole. */
export interface LoopKnowledge {
  readonly pendingPlans: number;
  readonly oldestUnansweredSeconds: number;
  readonly oldestUntracedSeconds: number;
  readonly dayRuns: ReadonlyMap<string, number>;
}

/** What operators see of the service. One set a process, so that `serve` and `watch` may share it. */
export class Metrics {
  readonly registry = new Registry();
  /** What the loop of this process knows, asked at each scrape. */
  loop: LoopKnowledge | undefined;
  /** Why the process should get no requests, asked at each scrape. */
  notReady: (() => Promise<string | undefined>) | undefined;
  readonly #allowances = new Map<Allowance["kind"], Allowance>();
  readonly ready: Gauge = new Gauge({
    name: "froussard_ready",
    help: "1 when the process can publish and takes requests, else 0. 0: the log says why, most likely Kafka cannot be reached.",
    registers: [this.registry],
    collect: async () => this.ready.set((await this.notReady?.()) === undefined ? 1 : 0),
  });
  readonly webhooks = new Counter({
    name: "froussard_webhooks_total",
    help: "Webhooks by event and verdict: planning, implementation, look (left to the loop), ignored, unavailable, refused. Rising unavailable: see the publish errors; rising refused: see the log, most likely the secret differs.",
    labelNames: ["event", "verdict"] as const,
    registers: [this.registry],
  });
  readonly published = new Counter({
    name: "froussard_tasks_published_total",
    help: "Task messages published, by stage, those published again included.",
    labelNames: ["stage"] as const,
    registers: [this.registry],
  });
  readonly republished = new Counter({
    name: "froussard_tasks_republished_total",
    help: "Task messages published again, because the first showed no trace. More than a few: look whether the Sensor makes Workflows.",
    labelNames: ["stage"] as const,
    registers: [this.registry],
  });
  readonly publishSeconds = new Histogram({
    name: "froussard_publish_duration_seconds",
    help: "Time until records were durable, or until that was given up. GitHub gives a delivery up after 10 seconds.",
    labelNames: ["result"] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly publishErrors = new Counter({
    name: "froussard_publish_errors_total",
    help: "Publications that failed, by the error's code; the log says what to correct. Webhooks are answered 503 meanwhile.",
    labelNames: ["code"] as const,
    registers: [this.registry],
  });
  readonly ticks = new Counter({
    name: "froussard_watch_ticks_total",
    help: "Questions of the loop, by track and result. No ok of a track for minutes: GitHub, the queue or Kubernetes cannot be asked, see the log.",
    labelNames: ["track", "result"] as const,
    registers: [this.registry],
  });
  readonly tickSeconds = new Histogram({
    name: "froussard_watch_tick_duration_seconds",
    help: "Time that a question of the loop took, failed ones included. Rising: GitHub is slow.",
    labelNames: ["track"] as const,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.registry],
  });
  readonly points = new Counter({
    name: "froussard_github_points_total",
    help: "GraphQL points spent. Near WATCH_POINTS_PER_HOUR in an hour: the loop is held back, raise the ceiling or serve less.",
    registers: [this.registry],
  });
  readonly allowance: Gauge<"kind"> = new Gauge({
    name: "froussard_github_allowance",
    help: "What the token has left until the reset of its rate limit: GraphQL points, REST requests; absent after the reset until GitHub is asked again. Near 0: who else uses the token?",
    labelNames: ["kind"] as const,
    registers: [this.registry],
    collect: () => this.#showAllowances(),
  });
  readonly pendingPlans: Gauge = new Gauge({
    name: "froussard_pending_plans",
    help: "Plans that wait for an approval, as watch knows them. Each costs a share of the points.",
    registers: [this.registry],
    collect: () => this.pendingPlans.set(this.loop?.pendingPlans ?? 0),
  });
  readonly oldestUnanswered: Gauge = new Gauge({
    name: "froussard_oldest_unanswered_issue_age_seconds",
    help: "Age of the oldest request for a plan that shows neither plan nor end yet, as watch knows it; 0 when there is none. Above the deadline of a run and 75 minutes: nobody will answer, look at Workflows and dead letters.",
    registers: [this.registry],
    collect: () => this.oldestUnanswered.set(this.loop?.oldestUnansweredSeconds ?? 0),
  });
  readonly oldestUntraced: Gauge = new Gauge({
    name: "froussard_oldest_untraced_task_age_seconds",
    help: "Time since the oldest task was published that shows no trace, neither a Workflow nor a comment, as watch knows it; 0 when there is none. Above 600: it was published again in vain, look at EventSource and Sensor.",
    registers: [this.registry],
    collect: () => this.oldestUntraced.set(this.loop?.oldestUntracedSeconds ?? 0),
  });
  readonly dayRuns: Gauge<"repository"> = new Gauge({
    name: "froussard_day_runs",
    help: "Runs that began within the last 24 hours, by repository, as watch knows them: not those of issues that were closed before it started. At CODEX_RUNS_PER_DAY the mediator refuses more.",
    labelNames: ["repository"] as const,
    registers: [this.registry],
    collect: () => this.#showDayRuns(),
  });
  readonly failuresTold = new Counter({
    name: "froussard_failures_told_total",
    help: "Failures that watch itself told on an issue, by code: not-started (published, and no run was ever seen), no-progress (a run ended or fell silent without a word). Any: look at the Workflow and its report.",
    labelNames: ["code"] as const,
    registers: [this.registry],
  });
  readonly redeliveries = new Counter({
    name: "froussard_redeliveries_total",
    help: "Failed webhook deliveries that GitHub was asked to send again, by result: asked, gone (too old by now), failed. Rising asked: GitHub does not reach serve, or Kafka was not there.",
    labelNames: ["result"] as const,
    registers: [this.registry],
  });
  readonly deadLetters = new Counter({
    name: "froussard_dead_letters_total",
    help: "Task messages that became no Workflow after all retries, by stage. Any: look at the Sensor's log and its service account.",
    labelNames: ["stage"] as const,
    registers: [this.registry],
  });

  constructor() {
    // What is not there yet has not increased when it first shows: a single dead letter would go unnoticed.
    for (const stage of stages) {
      this.published.inc({ stage }, 0);
      this.republished.inc({ stage }, 0);
    }
    for (const stage of [...stages, "other"]) this.deadLetters.inc({ stage }, 0);
    for (const code of ["not-started", "no-progress"]) this.failuresTold.inc({ code }, 0);
  }

  /** What GitHub said of a rate limit. */
  noteAllowance(allowance: Allowance): void {
    this.points.inc(allowance.cost);
    this.#allowances.set(allowance.kind, allowance);
  }

  /** After the reset nobody knows what is left until GitHub is asked again: the last value would be shown for hours. */
  #showAllowances(): void {
    this.allowance.reset();
    for (const { kind, remaining, resetAt } of this.#allowances.values())
      if (Date.parse(resetAt) > Date.now()) this.allowance.set({ kind }, remaining);
  }

  #showDayRuns(): void {
    this.dayRuns.reset();
    for (const [repository, runs] of this.loop?.dayRuns ?? []) this.dayRuns.set({ repository }, runs);
  }

  notePublished(stage: string, again: boolean): void {
    this.published.inc({ stage });
    if (again) this.republished.inc({ stage });
  }

  /** Adds what the process itself uses: CPU, memory, event loop. For programs, once. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }
}

/** Names of events are GitHub's to choose; only those we know become labels. */
export function eventLabel(event: string): string {
  return ["issues", "issue_comment", "ping"].includes(event) ? event : "other";
}
