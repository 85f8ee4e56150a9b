import { createRequire } from "node:module";
import { headers, limits, taskKey, taskSchema, topics } from "@froussard/contract";
import { random } from "@froussard/simulators/github/webhooks/faults";
import type { WebhookDefinition } from "@octokit/webhooks-examples";
import { expect } from "vitest";
import type { OutgoingRecord } from "../publisher.ts";
import { Draw, mutated, mutatedBytes } from "./mutate.ts";
import { openedPayload } from "./opened-payload.ts";
import { deliveryHead, openSocket, type Sending, type ServeKit } from "./serve-kit.ts";

const require = createRequire(import.meta.url);
const definitions: WebhookDefinition[] = require("@octokit/webhooks-examples/api.github.com/index.json");
const examples = definitions.flatMap(({ name, examples: all }) =>
  all.map((payload) => ({ name: String(name), payload })),
);
const ofIssues = examples.filter(({ name }) => name === "issues" || name === "issue_comment");

export interface FuzzResult {
  answers: Record<number, number>;
  tasks: number;
}

/** In hand at a time. */
const concurrency = 8;

/**
 * Sends `count` signed deliveries: random bytes, and real payloads changed in structure or in bytes. Every one must be
 * answered 202 and be published, or 400 and not; every record must be what the contract says.
 */
export async function fuzzServe(kit: ServeKit, count: number, seed: number): Promise<FuzzResult> {
  const draw = new Draw(random(seed));
  const result: FuzzResult = { answers: {}, tasks: 0 };
  const published = new Map<string, readonly OutgoingRecord[]>();
  kit.world.publish = async (records) => void published.set(records[0]?.key ?? "", records);
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) {
      const id = `fuzz-${next++}`;
      const sending = drawDelivery(kit, id, draw);
      const answer = await kit.send(sending);
      const records = published.get(id);
      published.delete(id);
      // What is kept for looking at must not become the memory of the run.
      kit.logged.length = 0;
      kit.on.issue.reactions.length = 0;
      const told = `seed ${seed}, delivery ${id}: ${JSON.stringify(answer.body)}`;
      expect([202, 400], told).toContain(answer.status);
      expect(records !== undefined, told).toBe(answer.status === 202);
      if (records) result.tasks += judge(records, sending, told);
      result.answers[answer.status] = (result.answers[answer.status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  return result;
}

function drawDelivery(kit: ServeKit, id: string, draw: Draw): Sending {
  const { name: event, payload } = drawPayload(kit, draw);
  const json = Buffer.from(JSON.stringify(draw.chance(0.1) ? payload : mutated(payload, 1 + draw.below(4), draw)));
  const kind = draw.below(10);
  const bytes = kind === 0 ? draw.bytes(draw.below(3_000)) : kind < 3 ? mutatedBytes(json, draw) : json;
  const asForm = draw.chance(0.1);
  const contentType = asForm ? "application/x-www-form-urlencoded" : "application/json";
  const body = asForm ? Buffer.from(`payload=${encodeURIComponent(bytes.toString("latin1"))}`) : bytes;
  return { event, body, headers: { "x-github-delivery": id, "content-type": contentType } };
}

/** Mostly what can become a task: real events, set in the repository that is served. */
function drawPayload(kit: ServeKit, draw: Draw): { name: string; payload: object } {
  if (draw.chance(0.1)) return draw.pick(examples);
  const ours = openedPayload(kit.on);
  if (draw.chance(0.5)) return { name: "issues", payload: ours };
  const { name, payload } = draw.pick(ofIssues);
  const real = payload as { issue?: object; repository?: object; comment?: object };
  const comment = { body: draw.pick(["/plan", "/approve", "/retry", "no command"]), user: ours.issue.user };
  return {
    name,
    payload: {
      ...real,
      sender: ours.sender,
      repository: { ...real.repository, ...ours.repository },
      issue: { ...real.issue, ...ours.issue },
      ...(real.comment && { comment: { ...real.comment, ...comment } }),
    },
  };
}

/** How many tasks are among the records. */
function judge(records: readonly OutgoingRecord[], { event, body, headers: sent }: Sending, told: string): number {
  const [raw, task, ...more] = records;
  expect(more, told).toEqual([]);
  const ids = { [headers.delivery]: sent?.["x-github-delivery"], [headers.event]: event };
  expect(raw, told).toMatchObject({ topic: topics.webhookEvents, key: sent?.["x-github-delivery"], headers: ids });
  if (!raw?.headers[headers.bodyOmitted])
    expect(Buffer.compare(Buffer.from(raw?.value ?? ""), Buffer.from(body ?? "")), told).toBe(0);
  for (const record of records)
    for (const value of Object.values(record.headers)) expect(value, told).toMatch(/^[\x20-\x7e]{1,200}$/);
  if (!task) return 0;
  const parsed = taskSchema.parse(JSON.parse(String(task.value)));
  expect(Buffer.byteLength(task.value), told).toBeLessThanOrEqual(limits.taskBytes);
  expect(task, told).toMatchObject({
    topic: topics.codexTasks,
    key: taskKey(parsed.repository, parsed.issueNumber),
    headers: { ...ids, [headers.taskStage]: parsed.stage, [headers.taskId]: parsed.taskId },
  });
  expect(parsed.deliveryId, told).toBe(sent?.["x-github-delivery"]);
  return 1;
}

/** Sends `count` requests whose head and body are changed byte by byte, each on its own connection, and hangs up. */
export async function fuzzSockets(kit: ServeKit, count: number, seed: number): Promise<void> {
  const draw = new Draw(random(seed));
  kit.world.publish = async () => {};
  for (let done = 0; done < count; done += concurrency)
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        const body = JSON.stringify(openedPayload(kit.on));
        const how = draw.chance(0.5) ? `content-length: ${body.length}` : "transfer-encoding: chunked";
        const request = Buffer.from(deliveryHead({ body }, [how, "connection: close"]) + body);
        const { socket, closed } = openSocket(kit.serving.port);
        socket.end(draw.chance(0.2) ? draw.bytes(draw.below(500)) : mutatedBytes(request, draw));
        await closed;
      }),
    );
  kit.logged.length = 0;
}
