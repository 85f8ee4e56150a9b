import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { type DashboardOptions, dashboard } from "../monitoring/dashboard.ts";

export interface GrafanaDashboardProps extends DashboardOptions {
  name: string;
  /** Where Grafana's sidecar looks for it. */
  configMapNamespace: string;
  /** By which the sidecar selects it. */
  labels: Record<string, string>;
  /** Grafana's folder. @default - the sidecar's */
  folder?: string | undefined;
}

/** The dashboard, in a ConfigMap that the sidecar of Grafana's chart loads. */
export class GrafanaDashboard extends Construct {
  constructor(scope: Construct, id: string, props: GrafanaDashboardProps) {
    super(scope, id);
    const { name, configMapNamespace, labels, folder, ...options } = props;
    new k8s.KubeConfigMap(this, "dashboard", {
      metadata: {
        name,
        namespace: configMapNamespace,
        labels,
        ...(folder !== undefined && { annotations: { grafana_folder: folder } }),
      },
      data: { "froussard.json": `${JSON.stringify(dashboard(options), null, 2)}\n` },
    });
  }
}
