import { expect, test } from "vitest";
import { at } from "../references/tree.ts";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { ExecutorAccount } from "./executor-account.ts";

const objects = synthConstruct(
  (chart) => new ExecutorAccount(chart, "executor", { name: "executor", namespace: "runs" }),
);
const ofKind = (kind: string) => objects.filter((each) => each.kind === kind);

test("minimal props", () => {
  expect(objects.map(({ kind }) => kind)).toEqual(["ServiceAccount", "Secret", "Role", "RoleBinding"]);
  expect(yamlOf(ofKind("Secret"))).toMatchInlineSnapshot(`
    "apiVersion: v1
    kind: Secret
    metadata:
      annotations:
        argocd.argoproj.io/sync-wave: "-1"
        kubernetes.io/service-account.name: executor
      name: executor.service-account-token
      namespace: runs
    type: kubernetes.io/service-account-token
    "
  `);
});

test("its account mounts no token, and may write what came of its pod", () => {
  expect(at(ofKind("ServiceAccount")[0], "automountServiceAccountToken")).toBe(false);
  expect(yamlOf(ofKind("Role"), "rules")).toMatchInlineSnapshot(`
    "- apiGroups:
        - argoproj.io
      resources:
        - workflowtaskresults
      verbs:
        - create
        - patch
    "
  `);
});
