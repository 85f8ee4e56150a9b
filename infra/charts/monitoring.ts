import { Chart } from "cdk8s";
import type { Construct } from "constructs";
import { AlertRules } from "../constructs/alert-rules.ts";
import { GrafanaDashboard } from "../constructs/grafana-dashboard.ts";
import { runbookUrl } from "../monitoring/runbook-url.ts";
import type { Settings } from "../settings/schema.ts";
import { chartProps } from "./chart-props.ts";
import { names } from "./names.ts";

/** Alerts and dashboard, as far as they are switched on. */
export class Monitoring extends Chart {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, chartProps);
    const { monitoring, codex, namespaces, service } = settings;
    const namespace = namespaces.service;
    const { runsPerDay, deadlineMinutes } = codex;
    if (monitoring.alerts)
      new AlertRules(this, "alerts", {
        ...{ name: names.webhooks, namespace, labels: monitoring.labels },
        ...{ runsPerDay, codexDeadlineMinutes: deadlineMinutes, loopSeconds: service.loop.repositorySeconds },
        runbookUrl: runbookUrl(settings),
      });
    const { enabled, labels, folder } = monitoring.dashboard;
    if (enabled)
      new GrafanaDashboard(this, "dashboard", {
        ...{ name: names.dashboard, configMapNamespace: monitoring.dashboard.namespace ?? namespace, labels, folder },
        ...{ namespace, runsPerDay },
      });
  }

  /** Whether anything of it is switched on. */
  static isWanted({ monitoring }: Settings): boolean {
    return monitoring.alerts || monitoring.dashboard.enabled;
  }
}
