import type { ReportOutput } from "@froussard/contract";
import type { IPrometheus } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Prometheus";

const output = (name: ReportOutput) => `{{outputs.parameters.${name}}}`;
const label = (...names: ReportOutput[]) => names.map((name) => ({ key: name, value: output(name) }));
/** From a minute to a working day: a run of three attempts may take half of one. */
const buckets = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800];
/** A try of the report that failed has nothing to tell; the next one tells it. */
const told = "{{status}} == Succeeded";

const tokens = (kind: string, value: ReportOutput): IPrometheus => ({
  name: "codex_run_tokens_total",
  help: "Tokens that the runs which ended have used, each counted once: input, cached input, output.",
  labels: [...label("stage"), { key: "kind", value: kind }],
  when: told,
  counter: { value: output(value) },
});

/**
 * What Argo's controller counts when the report of a run has succeeded (it shows each name with `argo_workflows_` before
 * it). Labels are words of ours alone: the outputs that they are made of can hold nothing else.
 * @param currency of the prices; undefined without prices: then no cost is counted
 */
export function runMetrics(currency: string | undefined): IPrometheus[] {
  return [
    {
      name: "codex_runs_total",
      help: "Runs that ended, by stage, outcome, code of the failure and its type.",
      labels: label("stage", "outcome", "code", "type"),
      when: told,
      counter: { value: "1" },
    },
    {
      name: "codex_run_duration_seconds",
      help: "Time from a run's start to its report, all attempts and pauses in between, without the wait for a lock.",
      labels: label("stage", "outcome"),
      when: told,
      histogram: { buckets, value: "{{workflow.duration}}" },
    },
    {
      name: "codex_agent_duration_seconds",
      help: "Time that Codex worked in a run, all attempts together.",
      labels: label("stage"),
      when: `${told} && ${output("agentSeconds")} > 0`,
      histogram: { buckets, value: output("agentSeconds") },
    },
    tokens("input", "inputTokens"),
    tokens("cached", "cachedTokens"),
    tokens("output", "outputTokens"),
    ...(currency === undefined
      ? []
      : [
          {
            name: "codex_run_cost_total",
            help: "What the runs that ended have cost, by the prices in the settings.",
            labels: [...label("stage"), { key: "currency", value: currency }],
            when: told,
            counter: { value: output("cost") },
          },
        ]),
  ];
}
