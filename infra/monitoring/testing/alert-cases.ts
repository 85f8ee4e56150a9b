import { seriesOf } from "../sources.ts";

/** For tests only: what an alert does with some series, in Prometheus' notation, a value each half minute. */
export interface AlertCase {
  alert: `Froussard${string}`;
  name: string;
  series: Readonly<Record<string, string>>;
  /** When it is looked at; what fires then, by the labels and the values that its texts show. */
  at: readonly { time: string; fires?: { labels?: Record<string, string>; values?: readonly string[] } }[];
}

const { serve, watch } = seriesOf("froussard");
const pod = (name: string) => ({ pod: name });
const ready = (name: string) => serve("froussard_ready", pod(name));
const ticks = (result: string) => watch("froussard_watch_ticks_total", { track: "changes", result });
const webhooks = (event: string, verdict: string) => serve("froussard_webhooks_total", { event, verdict });
const publishErrors = serve("froussard_publish_errors_total", { code: "PLT_KFK_NETWORK" });
const allowance = watch("froussard_github_allowance", { kind: "rest" });
const untraced = watch("froussard_oldest_untraced_task_age_seconds");
const unanswered = watch("froussard_oldest_unanswered_issue_age_seconds");
const letters = serve("froussard_dead_letters_total", { stage: "planning" });
const told = (code: string) => watch("froussard_failures_told_total", { code });
const dayRuns = watch("froussard_day_runs", { repository: "octocat/hello" });
const lag = (partition: number) =>
  `kafka_consumergroup_lag{consumergroup="argo-workflows-codex",topic="github.codex.tasks",partition="${partition}"}`;
const runs = (outcome: string) => `argo_workflows_codex_runs_total{stage="planning",outcome="${outcome}"}`;

/** Each alert when it should fire, right before, at the edge, and as things normally are. */
export const alertCases: readonly AlertCase[] = [
  {
    alert: "FroussardServeDown",
    name: "no pod is ready",
    series: { [ready("a")]: "0x40", [ready("b")]: "0x40" },
    at: [{ time: "4m30s" }, { time: "5m", fires: {} }],
  },
  {
    alert: "FroussardServeDown",
    name: "there is no pod",
    series: { [ticks("ok")]: "0+3x40" },
    at: [{ time: "4m30s" }, { time: "5m", fires: {} }],
  },
  {
    alert: "FroussardServeDown",
    name: "another deployment's is ready, and watch here is",
    series: {
      [seriesOf("elsewhere").serve("froussard_ready", pod("a"))]: "1x40",
      [watch("froussard_ready", pod("b"))]: "1x40",
    },
    at: [{ time: "5m", fires: {} }],
  },
  {
    alert: "FroussardServeDown",
    name: "one of two is not ready, then both for a moment",
    series: { [ready("a")]: "0x40", [ready("b")]: "1x10 0x8 1x21" },
    at: [{ time: "5m" }, { time: "9m30s" }, { time: "15m" }],
  },
  {
    alert: "FroussardWatchNotTicking",
    name: "it asks every ten seconds",
    series: { [ticks("ok")]: "0+3x90" },
    at: [{ time: "10m" }, { time: "40m" }],
  },
  {
    alert: "FroussardWatchNotTicking",
    name: "it stops after ten minutes",
    series: { [ticks("ok")]: "0+3x20 60x80" },
    at: [{ time: "29m" }, { time: "30m", fires: {} }],
  },
  {
    alert: "FroussardWatchNotTicking",
    name: "it asks in vain",
    series: { [ticks("ok")]: "5x90", [ticks("failed")]: "0+1x90" },
    at: [{ time: "9m30s" }, { time: "10m", fires: {} }],
  },
  {
    alert: "FroussardWatchNotTicking",
    name: "it does not run",
    series: { [ready("a")]: "1x40" },
    at: [{ time: "10m", fires: {} }],
  },
  {
    alert: "FroussardPublishErrors",
    name: "Kafka stays away",
    series: { [publishErrors]: "0+1x60" },
    at: [{ time: "10m" }, { time: "11m", fires: { values: ["20"] } }],
  },
  {
    alert: "FroussardPublishErrors",
    name: "a broker that was away once",
    series: { [publishErrors]: "0x10 5x80" },
    at: [{ time: "8m" }, { time: "15m" }, { time: "15m30s" }, { time: "20m" }],
  },
  {
    alert: "FroussardWebhooksRefused",
    name: "the secret is another",
    series: { [webhooks("issues", "refused")]: "0+1x40" },
    at: [{ time: "6m" }, { time: "6m30s", fires: { values: ["13"] } }],
  },
  {
    alert: "FroussardWebhooksRefused",
    name: "two strays",
    series: { [webhooks("issues", "refused")]: "0 1 2x80" },
    at: [{ time: "10m" }, { time: "30m" }],
  },
  {
    alert: "FroussardWebhooksRefused",
    name: "strays among many that are right",
    series: { [webhooks("issues", "refused")]: "0+1x10 10x80", [webhooks("issues", "planning")]: "50+5x90" },
    at: [{ time: "10m" }, { time: "20m" }],
  },
  {
    alert: "FroussardWebhooksRefused",
    name: "somebody's scanner",
    series: { [webhooks("other", "refused")]: "0+5x90" },
    at: [{ time: "20m" }],
  },
  {
    alert: "FroussardGitHubAllowanceLow",
    name: "little is left",
    series: { [allowance]: "499x40" },
    at: [{ time: "9m30s" }, { time: "10m", fires: { labels: { kind: "rest" }, values: ["rest", "499"] } }],
  },
  {
    alert: "FroussardGitHubAllowanceLow",
    name: "a tenth is left, and less shortly before it is renewed",
    series: { [allowance]: "500x20 100x18 5000x40" },
    at: [{ time: "10m" }, { time: "19m30s" }, { time: "25m" }],
  },
  {
    alert: "FroussardTaskWithoutWorkflow",
    name: "published again in vain",
    series: { [untraced]: "601x20" },
    at: [{ time: "1m30s" }, { time: "2m", fires: { values: ["10m 1s"] } }],
  },
  {
    alert: "FroussardTaskWithoutWorkflow",
    name: "published again, and given time",
    series: { [untraced]: "0x10 300 330 360 390 420 450 480 510 540 570 600x20" },
    at: [{ time: "10m" }, { time: "19m" }],
  },
  {
    alert: "FroussardConsumerLag",
    name: "two partitions are not read, and one is not known",
    series: { [lag(0)]: "0x20 2x60", [lag(1)]: "0x20 1x60", [lag(2)]: "-1x80" },
    at: [{ time: "24m" }, { time: "26m", fires: { values: ["3"] } }],
  },
  {
    alert: "FroussardConsumerLag",
    name: "tasks come and are taken, and one partition is not known",
    series: { [lag(0)]: "0 4 0 1 0 0 2 0 0 1 0 4 0 1 0 0 2 0 0 1 0 4 0 1 0 0 2 0 0 1 0", [lag(1)]: "-1x60" },
    at: [{ time: "5m" }, { time: "15m" }],
  },
  {
    alert: "FroussardDeadLetters",
    name: "the first one",
    series: { [letters]: "0x10 1x400" },
    at: [
      { time: "5m" },
      { time: "5m30s", fires: { labels: { stage: "planning" }, values: ["planning", "1"] } },
      { time: "70m" },
    ],
  },
  {
    alert: "FroussardDeadLetters",
    name: "one in a process that has just begun",
    series: { [letters]: "1x400" },
    at: [{ time: "1m", fires: { labels: { stage: "planning" }, values: ["planning", "1"] } }, { time: "2h" }],
  },
  {
    alert: "FroussardDeadLetters",
    name: "an old one, and a read that fails",
    series: { [letters]: "1x20 stale 1x150" },
    at: [{ time: "70m" }, { time: "70m30s" }, { time: "71m" }],
  },
  {
    alert: "FroussardDeadLetters",
    name: "an old one, and ten minutes without any read",
    series: { [letters]: "1x20 _x20 1x150" },
    at: [{ time: "72m" }, { time: "76m" }, { time: "80m" }],
  },
  {
    alert: "FroussardRunEndedUntold",
    name: "watch had to tell it",
    series: { [told("no-progress")]: "0x10 1x160" },
    at: [{ time: "5m" }, { time: "5m30s", fires: { values: ["1"] } }, { time: "66m" }],
  },
  {
    alert: "FroussardRunEndedUntold",
    name: "a run that was never seen is another matter",
    series: { [told("not-started")]: "0x10 1x20", [told("no-progress")]: "0x30" },
    at: [{ time: "10m" }],
  },
  {
    alert: "FroussardIssueUnanswered",
    name: "longer than a first attempt",
    series: { [unanswered]: "11101x40" },
    at: [{ time: "4m30s" }, { time: "5m", fires: { values: ["3h 5m 1s"] } }],
  },
  {
    alert: "FroussardIssueUnanswered",
    name: "as long as a first attempt",
    series: { [unanswered]: "11100x40" },
    at: [{ time: "10m" }],
  },
  {
    alert: "FroussardRunsFailing",
    name: "four of seven",
    series: { [runs("failed")]: "0 1 2 3 4x40", [runs("done")]: "3x44" },
    at: [{ time: "6m30s" }, { time: "7m", fires: { values: ["4"] } }],
  },
  {
    alert: "FroussardRunsFailing",
    name: "four of eight",
    series: { [runs("failed")]: "0 1 2 3 4x40", [runs("done")]: "4x44" },
    at: [{ time: "20m" }],
  },
  {
    alert: "FroussardRunsFailing",
    name: "all four that were taken up, among many that were refused or cancelled",
    series: { [runs("failed")]: "0 1 2 3 4x40", [runs("refused")]: "0+1x44", [runs("cancelled")]: "5x44" },
    at: [{ time: "7m", fires: { values: ["4"] } }],
  },
  {
    alert: "FroussardRunsFailing",
    name: "all three",
    series: { [runs("failed")]: "0 1 2 3x40" },
    at: [{ time: "20m" }],
  },
  {
    alert: "FroussardDailyRunsNearLimit",
    name: "four fifths",
    series: { [dayRuns]: "80x40" },
    at: [
      { time: "4m30s" },
      { time: "5m", fires: { labels: { repository: "octocat/hello" }, values: ["octocat/hello", "80"] } },
    ],
  },
  {
    alert: "FroussardDailyRunsNearLimit",
    name: "fewer",
    series: { [dayRuns]: "79x40" },
    at: [{ time: "10m" }],
  },
];
