import type { IPrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule";
import { Construct } from "constructs";
import { type AlertRulesOptions, ruleGroups } from "../monitoring/alert-rules.ts";
import { addManifest } from "./manifest.ts";

export interface AlertRulesProps extends AlertRulesOptions {
  name: string;
  /** By which Prometheus selects it. */
  labels: Record<string, string>;
}

/** The alerts of a deployment, as Prometheus' operator takes them. */
export class AlertRules extends Construct {
  constructor(scope: Construct, id: string, props: AlertRulesProps) {
    super(scope, id);
    const { name, labels, ...options } = props;
    addManifest<IPrometheusRule>(this, "rules", {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: { name, namespace: options.namespace, labels },
      spec: { groups: ruleGroups(options) },
    });
  }
}
