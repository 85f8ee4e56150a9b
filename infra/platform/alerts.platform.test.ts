import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { type Rule, ruleGroups } from "../monitoring/alert-rules.ts";
import { dashboard } from "../monitoring/dashboard.ts";
import { type AlertCase, alertCases } from "../monitoring/testing/alert-cases.ts";
import { under } from "../references/tree.ts";
import { runTool } from "./run-tool.ts";
import { describeWithTools } from "./testing/describe-with-tools.ts";

const groups = ruleGroups({
  ...{ namespace: "froussard", runbookUrl: "https://example.org/alerts.md" },
  ...{ codexDeadlineMinutes: 60, runsPerDay: 100, loopSeconds: 10 },
});
const rules = groups.flatMap((group) => group.rules);
const ruleOf = (alert: string): Rule => {
  const found = rules.find((rule) => rule.alert === alert);
  if (!found) throw new Error(`there is no alert ${alert}`);
  return found;
};

/** The texts with the values that Prometheus puts into them, one for each template, in their order. */
function shown({ annotations = {} }: Rule, values: readonly string[]): Record<string, string> {
  const left = [...values];
  const { summary = "", description = "", ...others } = annotations;
  const fill = (text: string) => text.replaceAll(/\{\{.*?\}\}/g, () => left.shift() ?? "no value is left");
  const filled = { summary: fill(summary), description: fill(description), ...others };
  expect(left).toEqual([]);
  return filled;
}

describeWithTools("alerts and dashboard, by Prometheus' own code", ({ promtool }) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "alerts-"));
    writeFileSync(join(folder, "rules.yaml"), stringify({ groups }));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What `promtool test rules` says of one case. */
  function played({ alert, series, at }: AlertCase) {
    const rule = ruleOf(alert);
    writeFileSync(
      join(folder, "test.yaml"),
      stringify({
        rule_files: ["rules.yaml"],
        evaluation_interval: "30s",
        tests: [
          {
            interval: "30s",
            input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
            alert_rule_test: at.map(({ time, fires }) => ({
              eval_time: time,
              alertname: alert,
              exp_alerts: fires
                ? [
                    {
                      exp_labels: { ...rule.labels, ...fires.labels },
                      exp_annotations: shown(rule, fires.values ?? []),
                    },
                  ]
                : [],
            })),
          },
        ],
      }),
    );
    return runTool(promtool, ["test", "rules", "test.yaml"], folder);
  }

  test("promtool accepts the rules, without a remark", () => {
    const { status, output } = runTool(
      promtool,
      ["check", "rules", "--lint=all", "--lint-fatal", "rules.yaml"],
      folder,
    );
    expect(output).toContain(`SUCCESS: ${rules.length} rules found`);
    expect(status).toBe(0);
  });

  test.each(alertCases)("$alert: $name", (each) => {
    const { status, output } = played(each);
    expect(output).toContain("SUCCESS");
    expect(status).toBe(0);
  });

  test("a case that does not hold is told", () => {
    const wrong: AlertCase = {
      ...{ alert: "FroussardDailyRunsNearLimit", name: "wrong", at: [{ time: "5m" }] },
      series: { 'froussard_day_runs{namespace="froussard",job="froussard-watch",repository="octocat/hello"}': "80x40" },
    };
    const { status, output } = played(wrong);
    expect(output).toContain("FAILED");
    expect(status).toBe(1);
  });

  test("each alert is seen to fire, and not to fire", () => {
    for (const { alert = "" } of rules.filter((rule) => rule.alert !== undefined)) {
      const looks = alertCases.filter((each) => each.alert === alert).flatMap(({ at }) => at);
      expect(
        looks.filter(({ fires }) => fires),
        alert,
      ).not.toEqual([]);
      expect(
        looks.filter(({ fires }) => !fires),
        alert,
      ).not.toEqual([]);
    }
  });

  test("each expression of the dashboard is one", () => {
    const panels = dashboard({ namespace: "froussard", runsPerDay: 100 }).panels ?? [];
    // As Grafana fills its variables in. Prometheus parses what is recorded as it parses what is asked.
    const recorded = panels
      .flatMap((panel) => under(panel, "expr").map((expr) => String(expr).replaceAll(/\$__\w+/g, "5m")))
      .map((expr, index) => ({ record: `dashboard:line:${index}`, expr }));
    const check = (some: readonly Rule[]) => {
      writeFileSync(join(folder, "dashboard.yaml"), stringify({ groups: [{ name: "dashboard", rules: some }] }));
      return runTool(promtool, ["check", "rules", "dashboard.yaml"], folder);
    };
    expect(recorded.length).toBeGreaterThan(20);
    expect(check(recorded).output).toContain(`SUCCESS: ${recorded.length} rules found`);
    expect(check([{ record: "dashboard:line:0", expr: "sum(up[5m" }]).status).toBe(1);
  });
});
