import type { IServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import { Construct } from "constructs";
import { addManifest } from "./manifest.ts";

export interface ServiceMonitorProps {
  name: string;
  namespace: string;
  /** By which Prometheus selects it. */
  labels: Record<string, string>;
}

/** Lets Prometheus read the metrics of both of the service's programs. */
export class ServiceMonitor extends Construct {
  constructor(scope: Construct, id: string, props: ServiceMonitorProps) {
    super(scope, id);
    const { name, namespace, labels } = props;
    addManifest<IServiceMonitor>(this, "monitor", {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata: { name, namespace, labels },
      spec: {
        selector: { matchLabels: { "app.kubernetes.io/part-of": "froussard" } },
        endpoints: [{ port: "http", path: "/metrics", interval: "30s" }],
      },
    });
  }
}
