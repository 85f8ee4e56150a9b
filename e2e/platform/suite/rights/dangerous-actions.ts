import type { Action } from "./action.ts";
import type { OurNamespaces } from "./expected-rights.ts";

const argo = { group: "argoproj.io", version: "v1alpha1" } as const;
const rbac = { group: "rbac.authorization.k8s.io" } as const;

/** What somebody with a stolen token would try; nobody of ours may do any of it, unless it is what the account is for. */
export function dangerousActions({ service, workflows }: OurNamespaces, kafka: string): Action[] {
  const everywhere = [service, workflows, kafka, "kube-system", "default"];
  return [
    // Secrets, and whatever leads to them.
    ...everywhere.flatMap((namespace): Action[] => [
      { verb: "list", resource: "secrets", namespace },
      { verb: "list", resource: "configmaps", namespace },
      { verb: "list", resource: "pods", namespace },
      { verb: "create", resource: "pods", namespace, name: "thief" },
      { verb: "create", ...argo, resource: "workflows", namespace, name: "thief" },
      { verb: "create", group: "batch", resource: "jobs", namespace, name: "thief" },
      { verb: "create", ...rbac, resource: "rolebindings", namespace, name: "thief" },
      { verb: "create", resource: "serviceaccounts/token", namespace, name: "default" },
    ]),
    ...[service, workflows].map(
      (namespace): Action => ({ verb: "get", resource: "secrets", namespace, name: "github-token" }),
    ),
    { verb: "get", resource: "secrets", namespace: workflows, name: "codex-openai" },
    { verb: "list", resource: "secrets" },
    { verb: "create", ...rbac, resource: "clusterrolebindings", name: "thief" },
    // Other people.
    { verb: "impersonate", resource: "users", name: "admin" },
    { verb: "impersonate", resource: "groups", name: "system:masters" },
    { verb: "impersonate", resource: "serviceaccounts", namespace: workflows, name: "codex-executor" },
    { verb: "create", resource: "serviceaccounts/token", namespace: workflows, name: "codex-executor" },
    { verb: "create", resource: "serviceaccounts/token", namespace: workflows, name: "github-codex-sensor" },
    { verb: "create", group: "certificates.k8s.io", resource: "certificatesigningrequests", name: "thief" },
    // Pods that run, and their node.
    ...[service, workflows].flatMap((namespace): Action[] => [
      { verb: "create", resource: "pods/exec", namespace, name: "any" },
      { verb: "create", resource: "pods/attach", namespace, name: "any" },
      { verb: "create", resource: "pods/portforward", namespace, name: "any" },
      { verb: "get", resource: "pods/log", namespace, name: "any" },
      { verb: "patch", resource: "pods/ephemeralcontainers", namespace, name: "any" },
      { verb: "patch", resource: "pods", namespace, name: "any" },
      { verb: "delete", resource: "pods", namespace, name: "any" },
    ]),
    { verb: "get", resource: "nodes/proxy", name: "node1" },
    { verb: "list", resource: "nodes" },
    // What is run, and by which rules.
    { verb: "list", ...argo, resource: "workflows", namespace: workflows },
    { verb: "get", ...argo, resource: "workflows", namespace: workflows, name: "any" },
    { verb: "patch", ...argo, resource: "workflows", namespace: workflows, name: "any" },
    { verb: "delete", ...argo, resource: "workflows", namespace: workflows, name: "any" },
    { verb: "deletecollection", ...argo, resource: "workflows", namespace: workflows },
    { verb: "patch", ...argo, resource: "workflowtemplates", namespace: workflows, name: "github-codex-task" },
    { verb: "get", ...argo, resource: "workflowtemplates", namespace: workflows, name: "github-codex-task" },
    { verb: "create", ...argo, resource: "workflowtemplates", namespace: workflows, name: "thief" },
    { verb: "create", ...argo, resource: "clusterworkflowtemplates", name: "thief" },
    { verb: "create", ...argo, resource: "cronworkflows", namespace: workflows, name: "thief" },
    { verb: "list", ...argo, resource: "workflowtaskresults", namespace: workflows },
    { verb: "get", ...argo, resource: "workflowtaskresults", namespace: workflows, name: "any" },
    { verb: "create", ...argo, resource: "workflowtaskresults", namespace: workflows, name: "thief" },
    { verb: "patch", ...argo, resource: "workflowtaskresults", namespace: workflows, name: "any" },
    { verb: "create", ...argo, resource: "workflowtaskresults", namespace: service, name: "thief" },
    { verb: "patch", resource: "configmaps", namespace: workflows, name: "codex-runs" },
    { verb: "patch", ...argo, resource: "sensors", namespace: workflows, name: "github-codex" },
    { verb: "patch", ...argo, resource: "eventsources", namespace: workflows, name: "github-codex" },
    { verb: "patch", ...argo, resource: "eventbus", namespace: workflows, name: "codex" },
    { verb: "patch", group: "apps", resource: "deployments", namespace: service, name: "froussard-serve" },
    // The fences.
    { verb: "patch", resource: "namespaces", name: workflows },
    ...["agent", "mediator"].flatMap((name): Action[] => [
      { verb: "patch", group: "networking.k8s.io", resource: "networkpolicies", namespace: workflows, name },
      { verb: "delete", group: "networking.k8s.io", resource: "networkpolicies", namespace: workflows, name },
    ]),
    {
      verb: "create",
      group: "admissionregistration.k8s.io",
      resource: "mutatingwebhookconfigurations",
      name: "thief",
    },
  ];
}
