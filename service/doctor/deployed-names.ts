import { namespaces } from "@froussard/contract";

/** Names of the deployment's objects that nothing else refers to; a test compares them with what is deployed. */
export const deployedNames = {
  serve: "froussard-serve",
  watch: "froussard-watch",
  /** EventSource and Sensor. */
  events: "github-codex",
} as const;

/** Where the parts are; each can be deployed elsewhere. */
export interface Namespaces {
  service: string;
  workflows: string;
  kafka: string;
}
export const defaultNamespaces: Namespaces = namespaces;

/** Label by which the pods of a part are found. */
export const componentLabel = "app.kubernetes.io/component";
/** Parts by their label, each with the namespace that its pods are in. */
export const components = {
  serve: "service",
  watch: "service",
  "event-bus": "workflows",
  "event-source": "workflows",
  sensor: "workflows",
  mediator: "workflows",
  agent: "workflows",
  report: "workflows",
} as const satisfies Record<string, keyof Namespaces>;
export type Component = keyof typeof components;
