import { describe } from "vitest";
import { change, testBrokenLinks, without } from "./testing/broken-links.ts";

describe("a broken link is named by both of its ends: accounts and what they may do", () => {
  testBrokenLinks([
    [
      "a missing ServiceAccount of pods",
      without("ServiceAccount", "codex-run"),
      "WorkflowTemplate argo-workflows/github-codex-task, template agent: ServiceAccount argo-workflows/codex-run does not exist",
    ],
    [
      "a missing ServiceAccount of the executor",
      without("ServiceAccount", "codex-executor"),
      "WorkflowTemplate argo-workflows/github-codex-task: ServiceAccount argo-workflows/codex-executor does not exist",
    ],
    [
      "a pod without an account",
      change("Sensor", "github-codex", '"serviceAccountName":"github-codex-sensor",', ""),
      "Sensor argo-workflows/github-codex: has no serviceAccountName",
    ],
    [
      "a missing token Secret",
      without("Secret", "codex-executor.service-account-token"),
      "WorkflowTemplate argo-workflows/github-codex-task: Secret argo-workflows/codex-executor.service-account-token does not exist",
    ],
    [
      "a missing Role",
      without("Role", "froussard-watch"),
      "RoleBinding argo-workflows/froussard-watch: Role argo-workflows/froussard-watch does not exist",
    ],
    [
      "a Role that nobody has",
      without("RoleBinding", "codex-executor"),
      "Role argo-workflows/codex-executor: no RoleBinding gives it to anyone",
    ],
    [
      "a Role that is too narrow for the Sensor",
      change("Role", "github-codex-sensor", '"get","create","patch"', '"create"'),
      "Sensor argo-workflows/github-codex: ServiceAccount argo-workflows/github-codex-sensor may not patch argoproj.io/workflows in argo-workflows; its Role is too narrow",
    ],
    [
      "a Role that is too wide for the Sensor",
      change("Role", "github-codex-sensor", '"patch"', '"patch","delete"'),
      "Role argo-workflows/github-codex-sensor: lets ServiceAccount argo-workflows/github-codex-sensor delete argoproj.io/workflows in argo-workflows, which nothing needs; it is too wide",
    ],
    [
      "a Role that is too wide by a wildcard",
      change("Role", "codex-executor", '"workflowtaskresults"', '"workflowtaskresults","*"'),
      "Role argo-workflows/codex-executor: lets ServiceAccount argo-workflows/codex-executor create argoproj.io/* in argo-workflows",
    ],
    [
      "a Role that is too narrow for the executor",
      change("Role", "codex-executor", '"create","patch"', '"create"'),
      "WorkflowTemplate argo-workflows/github-codex-task: ServiceAccount argo-workflows/codex-executor may not patch argoproj.io/workflowtaskresults in argo-workflows",
    ],
    [
      "a Role in another namespace than the runs",
      (manifests) =>
        change(
          "Role",
          "froussard-watch",
          '"argo-workflows"',
          '"froussard"',
        )(
          change(
            "RoleBinding",
            "froussard-watch",
            '"namespace":"argo-workflows"',
            '"namespace":"froussard"',
          )(manifests),
        ),
      "Deployment froussard/froussard-watch: ServiceAccount froussard/froussard-watch may not list argoproj.io/workflows in argo-workflows",
    ],
  ]);
});
