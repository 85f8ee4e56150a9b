import type { Stage, Task } from "@froussard/contract";
import type { Mark } from "../cause.ts";
import type { Clock } from "../clock.ts";
import { errorFields } from "../error-fields.ts";
import type { GitHubAccess } from "../github-access.ts";
import { nextTask } from "../next-task.ts";
import type { PublishedTasks } from "../published-tasks.ts";
import type { Publisher } from "../publisher.ts";
import { eventRecord, taskRecord } from "../records.ts";
import type { RepositoryFilter } from "../repository-filter.ts";
import type { ServiceLog } from "../service-log.ts";
import type { ServicePolicy } from "../service-policy.ts";
import { isTranslated, type Translation, translate, type WebhookEvent } from "../translate.ts";
import { Deadline } from "./deadline.ts";
import type { Delivery } from "./read-delivery.ts";
import { Refusal } from "./refusal.ts";
import { within } from "./within.ts";

export interface Receiving {
  github: GitHubAccess;
  publisher: Publisher;
  liveTasks: () => Promise<ReadonlySet<string>>;
  published: PublishedTasks;
  policy: ServicePolicy;
  admits: RepositoryFilter;
  clock: Clock;
  log: ServiceLog;
  /** Leaves marks later; GitHub is not kept waiting for it. */
  mark: (marks: readonly Mark[]) => void;
  onWebhook?: (event: string, verdict: Verdict) => void;
  onPublished?: (stage: Stage) => void;
  /** How long looking at GitHub may take, at most half of what the request has left. @default 2_000 */
  lookMs?: number;
}

export type Verdict = Stage | "look" | "ignored" | "unavailable" | "refused";

/** For the whole of a request, its body included: GitHub gives a delivery up after ten seconds. Milliseconds. */
export const requestMs = 8_000;

/** The answer's body. */
export interface Accepted {
  status: "accepted";
  deliveryId: string;
  event: string;
  action: string | null;
  codexStageTriggered: Stage | null;
}

/**
 * Takes a delivery: raw event and, where there is one, task become durable together, then it is accepted. A delivery that
 * comes again gives the same task id. @throws Refusal (503) when it is not known that all became durable by the deadline
 */
export async function receiveDelivery(
  of: Receiving,
  delivery: Delivery,
  deadline: Deadline = new Deadline(requestMs),
): Promise<Accepted> {
  const { clock, log, published, publisher } = of;
  const { deliveryId, event, action, hookId } = delivery;
  const ids = { deliveryId, event, ...(action !== undefined && { action }), ...(hookId !== undefined && { hookId }) };
  const translation = meaning(of, delivery);
  const due = "look" in translation ? await look(of, translation.look, deliveryId, deadline) : translation;
  const task = "task" in due ? due.task : undefined;
  const records = [eventRecord(ids, delivery), ...(task ? [taskRecord(task, ids)] : [])];
  try {
    const withinMs = deadline.leftMs;
    // The publisher's own limit comes first, for it knows better what went wrong.
    await within("publishing", withinMs, () => publisher.publish(records, { withinMs: Math.ceil(withinMs * 0.98) }));
  } catch (error) {
    log.error({ ...ids, ...errorFields(error) }, "delivery not published");
    of.onWebhook?.(event, "unavailable");
    throw new Refusal(503, "the queue does not take the delivery now: redeliver it later", { "retry-after": "30" });
  }
  of.onWebhook?.(event, task?.stage ?? ("look" in due ? "look" : "ignored"));
  if (task && "task" in due) {
    published.note(task.taskId, due.askedAt, clock.now());
    of.onPublished?.(task.stage);
    of.mark(due.mark);
  }
  const reason = "reason" in due ? { reason: due.reason } : {};
  log.info({ ...ids, ...(task && { taskId: task.taskId, stage: task.stage }), ...reason }, "delivery accepted");
  return { status: "accepted", deliveryId, event, action: action ?? null, codexStageTriggered: task?.stage ?? null };
}

function meaning({ policy, admits, clock }: Receiving, { deliveryId, event, payload }: Delivery): Translation {
  if (!isTranslated(event)) return { reason: `${event} events start nothing` };
  if (!payload) return { reason: "too large to be read; the loop finds what it asks for" };
  // The signature is GitHub's, so the payload is of that event; translate checks the fields it reads.
  const webhook = { id: deliveryId, name: event, payload } as unknown as WebhookEvent;
  return translate(webhook, { policy, admits, now: clock.now() });
}

/** The task of an issue as it stands. When GitHub does not say in time, the loop finds it. */
async function look(
  of: Receiving,
  { repository, issueNumber }: { repository: string; issueNumber: number },
  deliveryId: string,
  deadline: Deadline,
): Promise<Translation> {
  const { clock, github, log, policy, published } = of;
  try {
    const ms = Math.min(of.lookMs ?? 2_000, Math.floor(deadline.leftMs / 2));
    const [snapshot, liveTasks] = await within("reading the issue", ms, (signal) =>
      Promise.all([github.readIssue(repository, issueNumber, signal), of.liveTasks()]),
    );
    if (!snapshot) return { reason: "there is no such issue" };
    const memory = { liveTasks, published: published.get.bind(published) };
    const next = nextTask(snapshot, policy, clock.now(), memory);
    if (!("task" in next)) return { reason: next.reason };
    const task: Task = { ...next.task, deliveryId };
    return { task, askedAt: next.askedAt, mark: next.mark };
  } catch (error) {
    log.warn({ deliveryId, ...errorFields(error) }, "left to the loop");
    return { look: { repository, issueNumber } };
  }
}
