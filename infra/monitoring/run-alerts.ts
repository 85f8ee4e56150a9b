import { limits } from "@froussard/contract";
import { runDeadlines } from "../constructs/run-templates/deadlines.ts";
import type { Alert } from "./alert.ts";
import { grown, selector } from "./prom-ql.ts";
import type { Series } from "./sources.ts";

/** By which the alerts about runs are measured. */
export interface RunBounds {
  /** Longest that Codex works in one attempt. */
  codexDeadlineMinutes: number;
  /** Runs that one repository may have within 24 hours. */
  runsPerDay: number;
}

/** Recorded, since a window over a sum needs it. */
export const recordedLag = "froussard:tasks_lag:sum";

/** What goes wrong with tasks between Kafka and the comment on the issue. */
export function runAlerts({ serve, watch }: Series, { codexDeadlineMinutes, runsPerDay }: RunBounds): Alert[] {
  // Handed over in vain until its failure is told, or one attempt that uses up all its time.
  const answerMinutes = limits.abandonMinutes + runDeadlines(codexDeadlineMinutes, 1).run / 60;
  const [first] = limits.republishMinutes;
  const runs = (outcome: string) => `sum(${grown(`argo_workflows_codex_runs_total${selector({ outcome })}`, "6h")})`;
  const failed = runs("failed");
  return [
    {
      name: "FroussardTaskWithoutWorkflow",
      severity: "critical",
      // Published, published again after the first pause, and given as long as that once more.
      expression: `max(${watch("froussard_oldest_untraced_task_age_seconds")}) > ${2 * first * 60}`,
      forMinutes: 2,
      summary: "A task was published, and no Workflow of it is seen",
      description: `The oldest was published {{ $value | humanizeDuration }} ago. After ${limits.abandonMinutes} minutes its failure is told on the issue.`,
    },
    {
      name: "FroussardConsumerLag",
      severity: "critical",
      expression: `min_over_time(${recordedLag}[10m]) > 0`,
      // The consumer takes a task within a second: one that waits is stuck.
      forMinutes: 5,
      summary: "Tasks in Kafka are not consumed",
      description: "At no moment of 10 minutes all tasks were consumed; {{ $value | humanize }} wait at least.",
    },
    {
      name: "FroussardDeadLetters",
      severity: "critical",
      expression: `sum by (stage) (${grown(serve("froussard_dead_letters_total"), "1h")}) > 0`,
      forMinutes: 0,
      summary: "Task messages of {{ $labels.stage }} became no Workflow",
      description:
        "The Sensor gave up on {{ $value | humanize }} messages within an hour. watch publishes such a task again, and tells the failure when that is in vain.",
    },
    {
      name: "FroussardRunEndedUntold",
      severity: "warning",
      expression: `sum(${grown(watch("froussard_failures_told_total", { code: "no-progress" }), "1h")}) > 0`,
      forMinutes: 0,
      summary: "A run ended without a comment or a pull request",
      description:
        "Its report did not tell the end; watch did, for {{ $value | humanize }} runs within an hour. What the run had cost may be told nowhere.",
    },
    {
      name: "FroussardIssueUnanswered",
      severity: "warning",
      expression: `max(${watch("froussard_oldest_unanswered_issue_age_seconds")}) > ${answerMinutes * 60}`,
      forMinutes: 5,
      summary: "An issue has waited too long for its plan",
      description: `Somebody has waited for {{ $value | humanizeDuration }}. A first attempt ends within ${answerMinutes} minutes; longer means attempts that fail, or runs that wait for each other.`,
    },
    {
      name: "FroussardRunsFailing",
      severity: "warning",
      // Refusals are cheap and may be many: they would hide that nothing works.
      expression: `(${failed} >= 4) and (${failed} > 0.5 * ${runs("~done|failed")})`,
      forMinutes: 5,
      summary: "Most runs fail",
      description:
        "{{ $value | humanize }} runs failed within 6 hours, more than half of those that were not refused or cancelled.",
    },
    {
      name: "FroussardDailyRunsNearLimit",
      severity: "warning",
      expression: `max by (repository) (${watch("froussard_day_runs")}) >= ${Math.ceil(0.8 * runsPerDay)}`,
      forMinutes: 5,
      summary: "{{ $labels.repository }} has nearly used up its runs of the day",
      description: `{{ $value | humanize }} of ${runsPerDay} runs within 24 hours. Then runs are refused until the oldest is a day old.`,
    },
  ];
}
