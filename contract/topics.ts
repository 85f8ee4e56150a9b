/** Kafka topics, their users, consumer group and header names: the wire between service, Argo Events and whoever watches. */
export const topics = {
  /** Every valid webhook, raw, keyed by delivery id. */
  webhookEvents: "github.webhook.events",
  /** Task messages, keyed by `owner/name#number`, so that the tasks of one issue keep their order. */
  codexTasks: "github.codex.tasks",
} as const;

/** How both topics are kept: one broker may be lost without losing a message, and without refusing one. */
export const topicSettings = {
  partitions: 3,
  replicas: 3,
  minInSyncReplicas: 2,
  /** Shorter than {@link limits.workflowTtlDays}. */
  retentionDays: 7,
  /** The topics' `max.message.bytes`: counts a whole record batch, keys, headers and framing included. */
  maxMessageBytes: 1024 * 1024,
  /**
   * The same of the topic of tasks: more than twice {@link limits.taskBytes}, and eight times this is less than the event bus takes.
   * A record that is too large for the bus would stop its partition until it is forgotten, whoever wrote it.
   */
  maxTaskMessageBytes: 224 * 1024,
} as const;

/** KafkaUsers: the service writes, the EventSource reads. */
export const kafkaUsers = { service: "froussard", consumer: "codex-consumer" } as const;

export const consumerGroup = "argo-workflows-codex";

export const headers = {
  delivery: "x-github-delivery",
  event: "x-github-event",
  action: "x-github-action",
  hookId: "x-github-hook-id",
  contentType: "content-type",
  taskStage: "x-codex-task-stage",
  taskId: "x-codex-task-id",
  /** On a raw event that is larger than the topic allows: its size in bytes. Its value is empty then. */
  bodyOmitted: "x-froussard-body-omitted",
  /** W3C trace context of the publication, when the service sends traces. */
  traceparent: "traceparent",
} as const;

/** Key of a task message: order is kept per issue. */
export function taskKey(repository: string, issueNumber: number): string {
  return `${repository}#${issueNumber}`;
}
