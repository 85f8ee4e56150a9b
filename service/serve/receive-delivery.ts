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
import { type Translation, translate, type WebhookEvent } from "../translate.ts";
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
  /** Between them well below the ten seconds after which GitHub gives a delivery up. @default 2_000 and 5_000 */
  lookMs?: number;
  publishMs?: number;
}

export type Verdict = Stage | "look" | "ignored" | "unavailable";

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
 * comes again gives the same task id. @throws Refusal (503) when nothing became durable
 */
export async function receiveDelivery(of: Receiving, delivery: Delivery): Promise<Accepted> {
  const { clock, log, published, publisher } = of;
  const { deliveryId, event, hookId, payload } = delivery;
  const action = typeof payload["action"] === "string" ? payload["action"] : undefined;
  const ids = { deliveryId, event, ...(action !== undefined && { action }), ...(hookId !== undefined && { hookId }) };
  // The signature is GitHub's, so the payload is of that event; translate checks the fields it reads.
  const webhook = { id: deliveryId, name: event, payload } as unknown as WebhookEvent;
  const translation = translate(webhook, { policy: of.policy, admits: of.admits, now: clock.now() });
  const due = "look" in translation ? await look(of, translation.look, deliveryId) : translation;
  const task = "task" in due ? due.task : undefined;
  const records = [eventRecord(ids, delivery.contentType, delivery.body), ...(task ? [taskRecord(task, ids)] : [])];
  try {
    await within("publishing", of.publishMs ?? 5_000, () => publisher.publish(records));
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

/** The task of an issue as it stands. When GitHub does not say in time, the loop finds it. */
async function look(
  of: Receiving,
  { repository, issueNumber }: { repository: string; issueNumber: number },
  deliveryId: string,
): Promise<Translation> {
  const { clock, github, log, policy, published } = of;
  try {
    const snapshot = await within("reading the issue", of.lookMs ?? 2_000, (signal) =>
      github.readIssue(repository, issueNumber, signal),
    );
    if (!snapshot) return { reason: "there is no such issue" };
    const memory = { liveTasks: await of.liveTasks(), published: published.get.bind(published) };
    const next = nextTask(snapshot, policy, clock.now(), memory);
    if (!("task" in next)) return { reason: next.reason };
    const task: Task = { ...next.task, deliveryId };
    return { task, askedAt: next.askedAt, mark: next.mark };
  } catch (error) {
    log.warn({ deliveryId, ...errorFields(error) }, "left to the loop");
    return { look: { repository, issueNumber } };
  }
}
