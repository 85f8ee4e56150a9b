import { expect, test } from "vitest";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { Grant, type GrantProps } from "./grant.ts";

const required: GrantProps = {
  ...{ name: "see-runs", namespace: "runs", serviceAccount: { name: "watch", namespace: "service" } },
  ...{ apiGroup: "argoproj.io", resource: "workflows", verbs: ["get", "list"] },
};

test("minimal props", () => {
  expect(yamlOf(synthConstruct((chart) => new Grant(chart, "grant", required)))).toMatchInlineSnapshot(`
    "apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata:
      name: see-runs
      namespace: runs
    rules:
      - apiGroups:
          - argoproj.io
        resources:
          - workflows
        verbs:
          - get
          - list
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata:
      name: see-runs
      namespace: runs
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: Role
      name: see-runs
    subjects:
      - kind: ServiceAccount
        name: watch
        namespace: service
    "
  `);
});

test.each([{ verbs: [] }, { verbs: ["*"] }, { resource: "*" }])("fails for %o: what may be done is named", (props) => {
  expect(() => synthConstruct((chart) => new Grant(chart, "grant", { ...required, ...props }))).toThrow(
    "grant see-runs: name its resource and its verbs, not",
  );
});

test("role and binding are annotated alike", () => {
  const annotations = { "argocd.argoproj.io/sync-wave": "-1" };
  for (const { metadata } of synthConstruct((chart) => new Grant(chart, "grant", { ...required, annotations })))
    expect(metadata).toMatchObject({ annotations });
});
