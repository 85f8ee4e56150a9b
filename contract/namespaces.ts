/** Kubernetes namespaces of the parts; who watches or repairs the pipeline finds them by these names. */
export const namespaces = {
  /** `serve` and `watch`. */
  service: "froussard",
  /** EventBus, EventSource, Sensor, WorkflowTemplate, and the runs. */
  workflows: "argo-workflows",
  /** Brokers, topics and users. */
  kafka: "kafka",
} as const;

export type Namespace = (typeof namespaces)[keyof typeof namespaces];
