import type { ReportOutput } from "@froussard/contract";
import { expect, test } from "vitest";
import { listAt, textAt } from "../references/tree.ts";
import { deployment, object, settingsWith } from "../testing/deployment.ts";
import { countNodes } from "./count-nodes.ts";
import { describeWithTools } from "./testing/describe-with-tools.ts";

const priced = settingsWith({ codex: { prices: "input=1,output=2,currency=EUR" } });
const templates = listAt(object(deployment(priced), "WorkflowTemplate"), "spec.templates");
const report = templates.find((template) => textAt(template, "name") === "report");

/** As `report` writes them; a test of the runner tells that it does. */
const nothing: Record<ReportOutput, string> = {
  ...{
    planCommentUrl: "",
    pullRequestUrl: "",
    usage: "",
    stage: "planning",
    outcome: "done",
    code: "none",
    type: "none",
  },
  ...{ inputTokens: "0", cachedTokens: "0", outputTokens: "0", agentSeconds: "0", cost: "0" },
};

function ended(status: string, seconds: string, outputs: Partial<Record<ReportOutput, string>>) {
  const scope = Object.entries({ ...nothing, ...outputs }).map(([name, value]) => [
    `outputs.parameters.${name}`,
    value,
  ]);
  return {
    metrics: listAt(report, "metrics.prometheus"),
    scope: { status, "workflow.duration": seconds, ...Object.fromEntries(scope) },
  };
}

describeWithTools("what runs came to, as Argo's own code counts it", ({ workflowCheck }) => {
  test("runs, durations, tokens and cost, each once, and nothing of a report that failed", () => {
    const work = { inputTokens: "200", cachedTokens: "800", outputTokens: "50", agentSeconds: "61.5", cost: "0.0231" };
    const { counted, problems } = countNodes(workflowCheck, [
      ended("Succeeded", "100.5", { ...work, usage: '{"model":"{{workflow.name}}"}' }),
      ended("Failed", "90", { ...work, stage: "none", outcome: "none" }),
      ended("Succeeded", "700", { ...work, outcome: "failed", code: "budget-exhausted", type: "person" }),
      ended("Succeeded", "30", { stage: "implementation", outcome: "refused", code: "not-approved", type: "person" }),
    ]);
    expect(problems).toEqual([]);
    const lines = counted.split("\n").filter((line) => line !== "" && !/^#|_bucket/.test(line));
    expect(lines).toEqual([
      'argo_workflows_codex_agent_duration_seconds_sum{stage="planning"} 123',
      'argo_workflows_codex_agent_duration_seconds_count{stage="planning"} 2',
      'argo_workflows_codex_run_cost_total{currency="EUR",stage="implementation"} 0',
      'argo_workflows_codex_run_cost_total{currency="EUR",stage="planning"} 0.0462',
      'argo_workflows_codex_run_duration_seconds_sum{outcome="done",stage="planning"} 100.5',
      'argo_workflows_codex_run_duration_seconds_count{outcome="done",stage="planning"} 1',
      'argo_workflows_codex_run_duration_seconds_sum{outcome="failed",stage="planning"} 700',
      'argo_workflows_codex_run_duration_seconds_count{outcome="failed",stage="planning"} 1',
      'argo_workflows_codex_run_duration_seconds_sum{outcome="refused",stage="implementation"} 30',
      'argo_workflows_codex_run_duration_seconds_count{outcome="refused",stage="implementation"} 1',
      'argo_workflows_codex_run_tokens_total{kind="cached",stage="implementation"} 0',
      'argo_workflows_codex_run_tokens_total{kind="cached",stage="planning"} 1600',
      'argo_workflows_codex_run_tokens_total{kind="input",stage="implementation"} 0',
      'argo_workflows_codex_run_tokens_total{kind="input",stage="planning"} 400',
      'argo_workflows_codex_run_tokens_total{kind="output",stage="implementation"} 0',
      'argo_workflows_codex_run_tokens_total{kind="output",stage="planning"} 100',
      'argo_workflows_codex_runs_total{code="budget-exhausted",outcome="failed",stage="planning",type="person"} 1',
      'argo_workflows_codex_runs_total{code="none",outcome="done",stage="planning",type="none"} 1',
      'argo_workflows_codex_runs_total{code="not-approved",outcome="refused",stage="implementation",type="person"} 1',
    ]);
    expect(counted).toContain(
      'argo_workflows_codex_run_duration_seconds_bucket{outcome="done",stage="planning",le="120"} 1',
    );
  });

  test("an output that is no number is told", () => {
    const { problems } = countNodes(workflowCheck, [ended("Succeeded", "1", { inputTokens: "many" })]);
    expect(problems).toEqual([expect.stringMatching(/^metric codex_run_tokens_total: .*"many"/)]);
  });
});
