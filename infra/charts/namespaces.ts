import { Chart } from "cdk8s";
import { k8s } from "cdk8s-plus-28";
import type { Construct } from "constructs";
import { keptForever, syncWave } from "../constructs/annotations.ts";
import { restrictedNamespace } from "../constructs/pod-security.ts";
import type { Settings } from "../settings/schema.ts";
import { chartProps } from "./chart-props.ts";

/** The Namespaces, which refuse every pod that is not `restricted`. Argo CD never deletes them. */
export class Namespaces extends Chart {
  constructor(scope: Construct, id: string, { namespaces }: Settings) {
    super(scope, id, chartProps);
    for (const name of [namespaces.service, ...(namespaces.ownsWorkflows ? [namespaces.workflows] : [])])
      new k8s.KubeNamespace(this, name, {
        metadata: {
          name,
          labels: { ...restrictedNamespace },
          annotations: { ...syncWave("namespace"), ...keptForever() },
        },
      });
  }
}
