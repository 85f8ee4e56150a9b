import type { Alert } from "./alert.ts";
import { type RunBounds, recordedLag, runAlerts } from "./run-alerts.ts";
import { type ServiceBounds, serviceAlerts } from "./service-alerts.ts";
import { seriesOf, taskLag } from "./sources.ts";

export interface AlertRulesOptions extends RunBounds, ServiceBounds {
  /** Namespace of `serve` and `watch`. */
  namespace: string;
  /** Page with a heading for each alert. */
  runbookUrl: string;
}

/** A rule as Prometheus reads it. */
export interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** All alerts of a deployment. */
export function alerts({ namespace, ...bounds }: Omit<AlertRulesOptions, "runbookUrl">): Alert[] {
  const series = seriesOf(namespace);
  return [...serviceAlerts(series, bounds), ...runAlerts(series, bounds)];
}

/** Groups of rules for Prometheus: what is recorded, and the alerts. */
export function ruleGroups(options: AlertRulesOptions): { name: string; rules: Rule[] }[] {
  return [
    { name: "froussard.recorded", rules: [{ record: recordedLag, expr: `sum(clamp_min(${taskLag}, 0))` }] },
    { name: "froussard.alerts", rules: alerts(options).map((alert) => ruleOf(alert, options.runbookUrl)) },
  ];
}

function ruleOf({ name, severity, expression, forMinutes, summary, description }: Alert, runbookUrl: string): Rule {
  return {
    alert: name,
    expr: expression,
    ...(forMinutes > 0 && { for: `${forMinutes}m` }),
    labels: { severity },
    annotations: { summary, description, runbook_url: `${runbookUrl}#${name.toLowerCase()}` },
  };
}
