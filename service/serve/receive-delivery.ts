import type { RepositoryFilter, Stage, Task } from "@froussard/contract";
import { type Span, SpanKind, type Tracer } from "@opentelemetry/api";
import type { Mark } from "../cause.ts";
import type { Clock } from "../clock.ts";
import { errorFields } from "../error-fields.ts";
import type { GitHubAccess } from "../github-access.ts";
import { nextTask } from "../next-task.ts";
import type { PublishedTasks } from "../published-tasks.ts";
import type { Publisher } from "../publisher.ts";
import { eventRecord, taskRecord } from "../records.ts";
import type { ServiceLog } from "../service-log.ts";
import type { ServicePolicy } from "../service-policy.ts";
import { withSpan, withTraceparent } from "../tracing/with-span.ts";
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
  /** @default none: no traces */
  tracer?: Tracer;
  /** Leaves marks later; GitHub is not kept waiting for it. `of` names delivery and task in the log. */
  mark: (marks: readonly Mark[], of: { deliveryId: string; taskId: string }) => void;
  onWebhook?: (event: string, verdict: Verdict) => void;
  /** Hears of every task that was published, and whether it had been before. */
  onPublished?: (stage: Stage, again: boolean) => void;
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
export function receiveDelivery(
  of: Receiving,
  delivery: Delivery,
  deadline: Deadline = new Deadline(requestMs),
): Promise<Accepted> {
  // Its signature fits, so whoever has no secret fills no traces; and whatever headers it brings, its trace is its own.
  const attributes = { "github.delivery.id": delivery.deliveryId, "github.event": delivery.event };
  return withSpan(of.tracer, "webhook", { kind: SpanKind.SERVER, attributes }, (span) =>
    receive(of, delivery, deadline, span),
  );
}

async function receive(of: Receiving, delivery: Delivery, deadline: Deadline, span: Span): Promise<Accepted> {
  const { clock, log, published, publisher } = of;
  const { deliveryId, event, action, hookId } = delivery;
  const ids = { deliveryId, event, ...(action !== undefined && { action }), ...(hookId !== undefined && { hookId }) };
  const translation = meaning(of, delivery);
  // Not read any more. What many deliveries hold while they wait outlives the young generation, and costs far more then.
  delivery.payload = undefined;
  const due = "look" in translation ? await look(of, translation.look, deliveryId, deadline) : translation;
  const task = "task" in due ? due.task : undefined;
  const records = [eventRecord(ids, delivery), ...(task ? [taskRecord(task, ids)] : [])];
  const verdict = task?.stage ?? ("look" in due ? "look" : "ignored");
  describe(span, verdict, action, task);
  try {
    const withinMs = deadline.leftMs;
    await withSpan(of.tracer, "publish", { kind: SpanKind.PRODUCER, attributes: {}, parent: span }, (publishing) =>
      // The publisher's own limit comes first, for it knows better what went wrong.
      within("publishing", withinMs, () =>
        publisher.publish(withTraceparent(records, publishing), { withinMs: Math.ceil(withinMs * 0.98) }),
      ),
    );
  } catch (error) {
    log.error({ ...ids, ...(task && { taskId: task.taskId }), ...errorFields(error) }, "delivery not published");
    of.onWebhook?.(event, "unavailable");
    throw new Refusal(503, "the queue does not take the delivery now: redeliver it later", { "retry-after": "30" });
  }
  of.onWebhook?.(event, verdict);
  if (task && "task" in due) {
    const again = due.again ?? published.get(task.taskId, due.askedAt) !== undefined;
    published.note(task.taskId, due.askedAt, clock.now());
    of.onPublished?.(task.stage, again);
    of.mark(due.mark, { deliveryId, taskId: task.taskId });
  }
  const reason = "reason" in due ? { reason: due.reason.slice(0, 200) } : {};
  log.info({ ...ids, ...(task && { taskId: task.taskId, stage: task.stage }), ...reason }, "delivery accepted");
  return { status: "accepted", deliveryId, event, action: action ?? null, codexStageTriggered: task?.stage ?? null };
}

function describe(span: Span, verdict: Verdict, action: string | undefined, task: Task | undefined): void {
  span.setAttribute("froussard.verdict", verdict);
  // GitHub's actions are such words; anything else is a text.
  if (action !== undefined && /^[a-z_]{1,64}$/.test(action)) span.setAttribute("github.action", action);
  if (task) span.setAttributes({ "froussard.task.id": task.taskId, "froussard.task.stage": task.stage });
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
    return { task, askedAt: next.askedAt, mark: next.mark, ...(next.again && { again: true }) };
  } catch (error) {
    log.warn({ deliveryId, ...errorFields(error) }, "left to the loop");
    return { look: { repository, issueNumber } };
  }
}
