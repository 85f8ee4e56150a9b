import { repositoryFilter } from "@froussard/contract";
import type { OutgoingRecord } from "froussard/publisher";
import { eventRecord, taskRecord } from "froussard/records";
import { translate, type WebhookEvent } from "froussard/translate";
import type { Kind, KnownIssue, SignedDelivery } from "./deliveries.ts";

/** What the service publishes for a delivery, for whoever publishes without it. @throws Error when it is another kind */
export function recordsOf(
  kind: Kind,
  { id, body }: SignedDelivery,
  { author, repository }: KnownIssue,
  now: Date,
): OutgoingRecord[] {
  const payload = JSON.parse(body.toString());
  const delivery = { deliveryId: id, event: "issues", action: payload.action, hookId: "292430182" };
  const raw = eventRecord(delivery, { contentType: "application/json", body, size: body.length });
  const translation = translate({ id, name: "issues", payload } as WebhookEvent, {
    policy: {
      approverIds: [author.id],
      trigger: { kind: "author" },
      since: "2026-01-01T00:00:00Z",
      branchPrefix: "codex/issue-",
      deadlineMinutes: 60,
    },
    admits: repositoryFilter([repository.nameWithOwner]),
    now,
  });
  if ("task" in translation !== (kind === "task"))
    throw new Error(`the delivery does not make what ${kind} is: ${JSON.stringify(translation).slice(0, 200)}`);
  return "task" in translation ? [raw, taskRecord(translation.task, delivery)] : [raw];
}
