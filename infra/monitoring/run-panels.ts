import { graph } from "./panels.ts";
import { grown } from "./prom-ql.ts";
import type { Series } from "./sources.ts";

/** Share of runs that are done in this time. */
const quantile = (share: number, metric: string) =>
  `histogram_quantile(${share}, sum by (le, stage) (increase(${metric}_bucket[$__range])))`;

const fromController = "From Argo's Workflow controller, when the report of a run has succeeded.";
const runs = grown("argo_workflows_codex_runs_total", "1h");
const hourly = (metric: string, by: string) => `sum by (${by}) (${grown(metric, "1h")})`;

/** What became of tasks: how many, how they ended, how long they took, what they cost. */
export function runPanels({ both, watch }: Series, runsPerDay: number) {
  return [
    graph({
      title: "Tasks published",
      description: "Task messages by stage, per hour; those that were published again are drawn besides.",
      lines: [
        [`sum by (stage) (increase(${both("froussard_tasks_published_total")}[1h]))`, "{{stage}}"],
        [`sum by (stage) (increase(${both("froussard_tasks_republished_total")}[1h]))`, "{{stage}} again"],
      ],
    }),
    graph({
      title: "Runs by outcome",
      description: `Runs that ended within an hour. ${fromController}`,
      lines: [[`sum by (stage, outcome) (${runs})`, "{{stage}} {{outcome}}"]],
      stacked: true,
    }),
    graph({
      title: "Failures by code",
      description: `Runs that ended without their result within an hour, by type and code; docs/failures.md tells each. ${fromController}`,
      lines: [[hourly('argo_workflows_codex_runs_total{outcome!="done"}', "type, code"), "{{type}}: {{code}}"]],
      stacked: true,
    }),
    graph({
      title: "Duration of a stage",
      description: `Half and nine tenths of the runs in the shown time were over within this. ${fromController}`,
      lines: [
        [quantile(0.5, "argo_workflows_codex_run_duration_seconds"), "{{stage}} half"],
        [quantile(0.9, "argo_workflows_codex_run_duration_seconds"), "{{stage}} nine tenths"],
        [quantile(0.9, "argo_workflows_codex_agent_duration_seconds"), "{{stage}} nine tenths, Codex alone"],
      ],
      unit: "s",
    }),
    graph({
      title: "Tokens",
      description: `Tokens of the runs that ended within an hour, each counted once. ${fromController}`,
      lines: [[hourly("argo_workflows_codex_run_tokens_total", "stage, kind"), "{{stage}} {{kind}}"]],
      stacked: true,
    }),
    graph({
      title: "Cost",
      description: `What the runs that ended within an hour have cost; nothing where no prices are set. ${fromController}`,
      lines: [[hourly("argo_workflows_codex_run_cost_total", "stage, currency"), "{{stage}} {{currency}}"]],
      stacked: true,
    }),
    graph({
      title: "Workflows by phase",
      description:
        "All Workflows that the controller knows, finished ones until they are deleted. From Argo's Workflow controller.",
      lines: [
        // The phase is the label `status` in 3.7.
        ['sum by (phase) (label_replace(argo_workflows_gauge, "phase", "$1", "status", "(.+)"))', "{{phase}}"],
      ],
    }),
    graph({
      title: "Runs of the day",
      description: `Runs that began within 24 hours, by repository; at ${runsPerDay} more are refused.`,
      lines: [[`max by (repository) (${watch("froussard_day_runs")})`, "{{repository}}"]],
      limit: runsPerDay,
    }),
    graph({
      title: "Failures that watch told",
      description: "Ends that nobody else could tell: a run was never seen, or it ended without a word.",
      lines: [[`sum by (code) (increase(${watch("froussard_failures_told_total")}[1h]))`, "{{code}}"]],
      stacked: true,
    }),
  ];
}
