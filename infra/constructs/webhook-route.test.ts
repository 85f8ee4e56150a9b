import { expect, test } from "vitest";
import { at } from "../references/tree.ts";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { WebhookRoute, type WebhookRouteProps } from "./webhook-route.ts";

const required: WebhookRouteProps = {
  ...{ name: "froussard", namespace: "service", service: "froussard", port: 80 },
  way: { kind: "ingress", host: "hooks.example.com", annotations: {} },
};
const synth = (props: Partial<WebhookRouteProps> = {}) =>
  synthConstruct((chart) => new WebhookRoute(chart, "route", { ...required, ...props }));

test("minimal props of an Ingress", () => {
  expect(yamlOf(synth(), "spec")).toMatchInlineSnapshot(`
    "rules:
      - host: hooks.example.com
        http:
          paths:
            - backend:
                service:
                  name: froussard
                  port:
                    number: 80
              path: /webhooks/github
              pathType: Exact
    "
  `);
});

test("minimal props of an HTTPRoute", () => {
  const way = { kind: "httpRoute" as const, host: "hooks.example.com", parentRefs: [{ name: "gateway" }] };
  expect(yamlOf(synth({ way }), "spec")).toMatchInlineSnapshot(`
    "hostnames:
      - hooks.example.com
    parentRefs:
      - name: gateway
    rules:
      - backendRefs:
          - name: froussard
            port: 80
        matches:
          - path:
              type: Exact
              value: /webhooks/github
    "
  `);
});

test("an Ingress is of the class, with the certificate and the annotations that are given", () => {
  const way = {
    ...{ kind: "ingress" as const, host: "hooks.example.com", className: "nginx", tlsSecret: "hooks-tls" },
    annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
  };
  const [ingress] = synth({ way });
  expect(at(ingress, "spec.ingressClassName")).toBe("nginx");
  expect(at(ingress, "spec.tls")).toEqual([{ hosts: ["hooks.example.com"], secretName: "hooks-tls" }]);
  expect(ingress?.metadata).toMatchObject({ annotations: way.annotations });
});
