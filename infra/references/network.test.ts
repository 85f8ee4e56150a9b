import { describe } from "vitest";
import { change, testBrokenLinks, without } from "./testing/broken-links.ts";

describe("a broken link is named by both of its ends: Services, ports and pods", () => {
  testBrokenLinks([
    [
      "the dead letters' Service",
      without("Service", "froussard-dead-letters"),
      "Sensor argo-workflows/github-codex: Service froussard/froussard-dead-letters does not exist",
    ],
    [
      "the dead letters' port",
      change("Sensor", "github-codex", ":8081/", ":8080/"),
      "Sensor argo-workflows/github-codex: Service froussard/froussard-dead-letters has no port 8080, only 8081",
    ],
    [
      "a Service whose pods have no such port",
      change("Service", "froussard-dead-letters", '"targetPort":"dead-letters"', '"targetPort":"letters"'),
      "Service froussard/froussard-dead-letters: Deployment froussard/froussard-serve has no port letters",
    ],
    [
      "a Service without pods",
      change(
        "Service",
        "froussard",
        '"app.kubernetes.io/component":"serve","app.kubernetes.io/part-of"',
        '"app.kubernetes.io/component":"server","app.kubernetes.io/part-of"',
      ),
      "Service froussard/froussard: selects no pod",
    ],
    [
      "the Ingress's Service",
      change("Ingress", "froussard", '"name":"froussard","port"', '"name":"froussard-serve","port"'),
      "Ingress froussard/froussard: Service froussard/froussard-serve does not exist",
    ],
    [
      "a policy about nobody",
      change(
        "NetworkPolicy",
        "agent",
        '"podSelector":{"matchLabels":{"app.kubernetes.io/component":"agent"',
        '"podSelector":{"matchLabels":{"app.kubernetes.io/component":"codex"',
      ),
      "NetworkPolicy argo-workflows/agent: is about no pod",
    ],
    [
      "a policy that lets in nobody",
      change(
        "NetworkPolicy",
        "serve",
        '"app.kubernetes.io/component":"sensor"',
        '"app.kubernetes.io/component":"sensors"',
      ),
      "NetworkPolicy froussard/serve: names pods sensors in argo-workflows, which do not exist",
    ],
    [
      "a budget of nobody",
      change("PodDisruptionBudget", "codex-event-bus", 'event-bus","app', 'bus","app'),
      "PodDisruptionBudget argo-workflows/codex-event-bus: selects no pod",
    ],
    [
      "a port that Prometheus asks",
      change("ServiceMonitor", "froussard", '"port":"http"', '"port":"metrics"'),
      "ServiceMonitor froussard/froussard: no Service that it selects has a port metrics",
    ],
    [
      "a port that a probe asks",
      change("Deployment", "froussard-watch", /"port":"http"/g, '"port":"health"'),
      "Deployment froussard/froussard-watch: a probe asks port health, which does not exist",
    ],
  ]);
});
