import { expect, test } from "vitest";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { ServiceMonitor } from "./service-monitor.ts";

test("minimal props", () => {
  const props = { name: "froussard", namespace: "service", labels: { release: "prometheus" } };
  expect(yamlOf(synthConstruct((chart) => new ServiceMonitor(chart, "monitor", props)))).toMatchInlineSnapshot(`
    "apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata:
      labels:
        release: prometheus
      name: froussard
      namespace: service
    spec:
      endpoints:
        - interval: 30s
          path: /metrics
          port: http
      selector:
        matchLabels:
          app.kubernetes.io/part-of: froussard
    "
  `);
});
