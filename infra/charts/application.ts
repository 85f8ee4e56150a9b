import type { IApplication } from "@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application";
import { Chart } from "cdk8s";
import type { Construct } from "constructs";
import { addManifest } from "../constructs/manifest.ts";
import type { Settings } from "../settings/schema.ts";
import { chartProps } from "./chart-props.ts";

/** What tells Argo CD to sync the folder of all other objects. It lies outside of that folder: it must not sync itself. */
export class Application extends Chart {
  constructor(scope: Construct, id: string, { argoCd, namespaces }: Settings) {
    super(scope, id, chartProps);
    addManifest<IApplication>(this, "application", {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      metadata: {
        name: "froussard",
        namespace: argoCd.namespace,
        // Compared by the API server, which fills in the defaults of every kind: else an HTTPRoute or ExternalSecret, whose
        // defaults Argo CD does not know, would be out of sync for ever, and healed for ever.
        annotations: { "argocd.argoproj.io/compare-options": "ServerSideDiff=true" },
      },
      spec: {
        project: argoCd.project,
        source: {
          repoURL: argoCd.repoUrl,
          targetRevision: argoCd.revision,
          path: argoCd.path,
          directory: { recurse: false },
        },
        destination: { server: argoCd.server, namespace: namespaces.service },
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          // On the client's side, objects as large as the WorkflowTemplate do not fit into an annotation.
          syncOptions: ["ServerSideApply=true", "PruneLast=true", "ApplyOutOfSyncOnly=true"],
          retry: { limit: 5, backoff: { duration: "10s", factor: 2, maxDuration: "5m" } },
        },
      },
    });
  }
}
