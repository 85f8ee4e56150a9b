import { headers, serializeTask, type Task, taskKey, topicSettings, topics } from "@froussard/contract";
import type { OutgoingRecord } from "./publisher.ts";

/** What came with a webhook, its signature apart. */
export interface DeliveryHeaders {
  deliveryId: string;
  event: string;
  action?: string;
  hookId?: string;
}

/** What came in a webhook's body. */
export interface DeliveryBody {
  contentType: string;
  /** As received; undefined when it was too large to be kept. */
  body: Buffer | undefined;
  /** In bytes. */
  size: number;
}

/** Bodies up to this size fit the topic: key, headers and the framing of a batch of one take the rest, and far less of it. */
export const fitsEventRecord = topicSettings.maxMessageBytes - 16 * 1024;

/** A webhook as it was received, for `github.webhook.events`; one that the topic cannot take leaves its body out and says so. */
export function eventRecord(delivery: DeliveryHeaders, { contentType, body, size }: DeliveryBody): OutgoingRecord {
  const value = body && body.length <= fitsEventRecord ? body : undefined;
  return {
    topic: topics.webhookEvents,
    key: delivery.deliveryId,
    headers: {
      ...deliveryHeaders(delivery),
      [headers.contentType]: contentType,
      ...(!value && { [headers.bodyOmitted]: String(size) }),
    },
    value: value ?? "",
  };
}

/** A task message for `github.codex.tasks`; `delivery` when a webhook caused it. */
export function taskRecord(task: Task, delivery?: DeliveryHeaders): OutgoingRecord {
  return {
    topic: topics.codexTasks,
    key: taskKey(task.repository, task.issueNumber),
    headers: {
      ...(delivery && deliveryHeaders(delivery)),
      [headers.contentType]: "application/json",
      [headers.taskStage]: task.stage,
      [headers.taskId]: task.taskId,
    },
    value: serializeTask(task),
  };
}

function deliveryHeaders({ deliveryId, event, action, hookId }: DeliveryHeaders): Record<string, string> {
  return {
    [headers.delivery]: deliveryId,
    [headers.event]: event,
    ...(action !== undefined && { [headers.action]: action }),
    ...(hookId !== undefined && { [headers.hookId]: hookId }),
  };
}
