import { expect, test } from "vitest";
import { at } from "../references/tree.ts";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { flows } from "./network.ts";
import { PodPolicy, type PodPolicyProps } from "./pod-policy.ts";

const synth = (props: Partial<PodPolicyProps> = {}) =>
  synthConstruct((chart) => new PodPolicy(chart, "policy", { name: "closed", namespace: "service", ...props }));

test("minimal props", () => {
  expect(yamlOf(synth())).toMatchInlineSnapshot(`
    "apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: closed
      namespace: service
    spec:
      egress: []
      ingress: []
      podSelector: {}
      policyTypes:
        - Ingress
        - Egress
    "
  `);
});

test("is about the pods of one component", () => {
  expect(at(synth({ component: "agent" })[0], "spec.podSelector.matchLabels")).toMatchObject({
    "app.kubernetes.io/component": "agent",
  });
});

test("lets in whom it names, and everyone where it names nobody", () => {
  expect(at(synth({ from: [flows.pods("sensor", "runs", 8081)] })[0], "spec.ingress")).toEqual([
    {
      from: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "runs" } },
          podSelector: {
            matchLabels: { "app.kubernetes.io/part-of": "froussard", "app.kubernetes.io/component": "sensor" },
          },
        },
      ],
      ports: [{ protocol: "TCP", port: 8081 }],
    },
  ]);
  expect(at(synth({ from: [flows.everyone(8080)] })[0], "spec.ingress")).toEqual([
    { ports: [{ protocol: "TCP", port: 8080 }] },
  ]);
});
