import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { headers, taskKey, taskSchema } from "@froussard/contract";
import { probeKey } from "../broker/fresh-client.ts";
import type { StoredRecord } from "../broker/read-topic.ts";
import { hookId, isAccepted, type SentDelivery } from "./sent-delivery.ts";

export interface Judgement {
  /** Deliveries that were answered 202 and are not in a topic that they belong to. */
  lost: string[];
  /** Everything else that must not be: wrong bytes, headers or keys, foreign records, broken order. */
  wrong: string[];
  /** Copies beyond the first, in both topics. They are allowed. */
  duplicates: number;
}

const repository = "octocat/hello";

/** Compares what was answered with all that the two topics hold, `probeKey`'s records apart. */
export function judgeDeliveries(
  sent: ReadonlyMap<string, SentDelivery>,
  stored: { events: readonly StoredRecord[]; tasks: readonly StoredRecord[] },
): Judgement {
  const judgement: Judgement = { lost: [], wrong: [], duplicates: 0 };
  const events = firstCopies(stored.events, judgement, (record) => {
    const delivery = sent.get(record.key);
    return { id: record.key, faults: delivery ? eventFaults(delivery, record) : ["was never sent"] };
  });
  const tasks = firstCopies(stored.tasks, judgement, (record) => {
    const id = record.headers[headers.delivery] ?? "";
    const delivery = sent.get(id);
    return { id, faults: delivery?.task ? taskFaults(delivery, delivery.task, record) : ["was never asked for"] };
  });
  for (const { id, sends } of sent.values()) {
    if (sends.some(isAccepted) && !events.has(id)) judgement.lost.push(`event ${id}`);
    if (sends.some(({ stage }) => stage) && !tasks.has(id)) judgement.lost.push(`task of ${id}`);
  }
  judgement.wrong.push(...disorder(sent, tasks));
  return judgement;
}

/** Looks at every copy; answers the first one of each delivery. */
function firstCopies(
  records: readonly StoredRecord[],
  judgement: Judgement,
  look: (record: StoredRecord) => { id: string; faults: string[] },
): Map<string, StoredRecord> {
  const found = new Map<string, StoredRecord>();
  const partitions = new Map<string, number>();
  for (const record of records) {
    if (record.key === probeKey) continue;
    const { id, faults } = look(record);
    const at = `${id} at ${record.partition}:${record.offset}`;
    judgement.wrong.push(...faults.map((fault) => `${at}: ${fault}`));
    const partition = partitions.get(record.key) ?? record.partition;
    partitions.set(record.key, partition);
    if (partition !== record.partition) judgement.wrong.push(`${at}: its key is in partition ${partition}, too`);
    if (found.has(id)) judgement.duplicates += 1;
    else found.set(id, record);
  }
  return found;
}

function deliveryHeaders({ id, event, action }: SentDelivery): Record<string, string> {
  return {
    [headers.delivery]: id,
    [headers.event]: event,
    ...(action !== undefined && { [headers.action]: action }),
    [headers.hookId]: hookId,
  };
}

function eventFaults(delivery: SentDelivery, record: StoredRecord): string[] {
  const { contentType, isOmitted, size } = delivery;
  const expected = {
    ...deliveryHeaders(delivery),
    [headers.contentType]: contentType,
    ...(isOmitted && { [headers.bodyOmitted]: String(size) }),
  };
  const faults = headerFaults(record, expected);
  const sha256 = createHash("sha256").update(record.value).digest("hex");
  if (isOmitted ? record.value.length > 0 : sha256 !== delivery.sha256) faults.push("its bytes are not those sent");
  return faults;
}

function taskFaults(delivery: SentDelivery, asked: NonNullable<SentDelivery["task"]>, record: StoredRecord): string[] {
  const { issueNumber, taskId } = asked;
  const faults = headerFaults(record, {
    ...deliveryHeaders(delivery),
    [headers.contentType]: "application/json",
    [headers.taskStage]: "planning",
    [headers.taskId]: taskId,
  });
  if (record.key !== taskKey(repository, issueNumber)) faults.push(`its key is ${record.key}`);
  const parsed = taskSchema.safeParse(JSON.parse(String(record.value)));
  if (!parsed.success) return [...faults, `its value is no task: ${parsed.error.message}`];
  const { data: task } = parsed;
  const expected = { repository, stage: "planning", issueNumber, taskId, deliveryId: delivery.id };
  for (const [name, value] of Object.entries(expected))
    if (task[name as keyof typeof task] !== value) faults.push(`its ${name} is not ${value}`);
  return faults;
}

function headerFaults(record: StoredRecord, expected: Record<string, string>): string[] {
  return isDeepStrictEqual(record.headers, expected) ? [] : [`its headers are ${JSON.stringify(record.headers)}`];
}

/** Of one issue: what was sent only after another delivery had been accepted comes after that one. */
function disorder(sent: ReadonlyMap<string, SentDelivery>, tasks: ReadonlyMap<string, StoredRecord>): string[] {
  const byIssue = Map.groupBy([...sent.values()], ({ task }) => task?.issueNumber);
  byIssue.delete(undefined);
  return [...byIssue.values()].flatMap((deliveries) =>
    deliveries.flatMap((earlier) => {
      const accepted = earlier.sends.filter(({ stage }) => stage).map(({ endedAt }) => endedAt);
      const first = tasks.get(earlier.id);
      if (accepted.length === 0 || !first) return [];
      return deliveries.flatMap((later) => {
        const record = tasks.get(later.id);
        const cameLater = (later.sends[0]?.startedAt ?? 0) > Math.min(...accepted);
        const isBehind = !record || record.offset > first.offset;
        return cameLater && !isBehind ? [`task of ${later.id} lies before that of ${earlier.id}`] : [];
      });
    }),
  );
}
