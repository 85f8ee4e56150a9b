import { headers, serializeTask, type Task, taskKey, topics } from "@froussard/contract";
import type { OutgoingRecord } from "./publisher.ts";

/** What came with a webhook, its signature apart. */
export interface DeliveryHeaders {
  deliveryId: string;
  event: string;
  action?: string;
  hookId?: string;
}

/** A webhook as it was received, for `github.webhook.events`. `trace` are the headers of `traceHeaders`. */
export function eventRecord(
  delivery: DeliveryHeaders,
  contentType: string,
  body: Buffer,
  trace: Record<string, string> = {},
): OutgoingRecord {
  return {
    topic: topics.webhookEvents,
    key: delivery.deliveryId,
    headers: { ...deliveryHeaders(delivery), [headers.contentType]: contentType, ...trace },
    value: body,
  };
}

/** A task message for `github.codex.tasks`; `delivery` when a webhook caused it. */
export function taskRecord(task: Task, delivery?: DeliveryHeaders, trace: Record<string, string> = {}): OutgoingRecord {
  return {
    topic: topics.codexTasks,
    key: taskKey(task.repository, task.issueNumber),
    headers: {
      ...(delivery && deliveryHeaders(delivery)),
      [headers.contentType]: "application/json",
      [headers.taskStage]: task.stage,
      [headers.taskId]: task.taskId,
      ...trace,
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
