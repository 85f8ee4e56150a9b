import { Counter, Gauge, Registry } from "prom-client";

/** What operators see of the service. One set a process, so that `serve` and `watch` may share it. */
export class Metrics {
  readonly registry = new Registry();
  readonly webhooks = new Counter({
    name: "froussard_webhooks_total",
    help: "Webhooks by event and verdict: planning, implementation, look (left to the loop), ignored, unavailable, refused.",
    labelNames: ["event", "verdict"] as const,
    registers: [this.registry],
  });
  readonly published = new Counter({
    name: "froussard_tasks_published_total",
    help: "Task messages published, by stage; a task that shows no trace is published again.",
    labelNames: ["stage"] as const,
    registers: [this.registry],
  });
  readonly ticks = new Counter({
    name: "froussard_watch_ticks_total",
    help: "Questions of the loop to GitHub, by track and result.",
    labelNames: ["track", "result"] as const,
    registers: [this.registry],
  });
  readonly points = new Counter({
    name: "froussard_github_points_total",
    help: "GraphQL points spent.",
    registers: [this.registry],
  });
  readonly allowance = new Gauge({
    name: "froussard_github_allowance",
    help: "What the token has left until the reset of its rate limit.",
    labelNames: ["kind"] as const,
    registers: [this.registry],
  });
}

/** Names of events are GitHub's to choose; only those we know become labels. */
export function eventLabel(event: string): string {
  return ["issues", "issue_comment", "ping"].includes(event) ? event : "other";
}
