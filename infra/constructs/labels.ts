/** Labels by which objects of the deployment are found; NetworkPolicies and Services select by the first two. */
export function labelsOf(component: string): Record<string, string> {
  return { ...selectorOf(component), "app.kubernetes.io/managed-by": "cdk8s" };
}

/** The labels that name a component's pods. */
export function selectorOf(component: string): Record<string, string> {
  return { "app.kubernetes.io/part-of": "froussard", "app.kubernetes.io/component": component };
}

/** Components whose pods a Service or NetworkPolicy selects. */
export const components = {
  serve: "serve",
  watch: "watch",
  eventBus: "event-bus",
  eventSource: "event-source",
  sensor: "sensor",
  mediator: "mediator",
  agent: "agent",
  report: "report",
} as const;
export type Component = (typeof components)[keyof typeof components];
