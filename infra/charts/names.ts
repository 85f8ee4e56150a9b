/** Names that more than one chart uses. */
export const names = {
  serve: "froussard-serve",
  watch: "froussard-watch",
  webhooks: "froussard",
  deadLetters: "froussard-dead-letters",
  dashboard: "froussard-dashboard",
  eventBus: "codex",
  /** EventSource and Sensor. */
  events: "github-codex",
  event: "tasks",
  runs: "codex-run",
  executor: "codex-executor",
  /** ConfigMap and key with the number of runs at the same time. */
  semaphore: { name: "codex-runs", key: "concurrency" },
} as const;

/** Ports of the service's pods. */
export const ports = { http: 8080, deadLetters: 8081 } as const;
