import { createHash } from "node:crypto";
import { headers, taskKey } from "@froussard/contract";
import { beforeEach, expect, test } from "vitest";
import { identify } from "../../cause.ts";
import type { StoredRecord } from "../broker/read-topic.ts";
import { judgeDeliveries } from "./judge-deliveries.ts";
import { hookId, type SentDelivery } from "./sent-delivery.ts";

/** What cannot be told apart cannot be found: each fault that a broken service would leave must be seen. */
let sent: Map<string, SentDelivery>;
let events: StoredRecord[];
let tasks: StoredRecord[];

const cause = { stage: "planning", about: "issue", attempt: 0 } as const;
const { taskId } = identify({ repositoryId: 1, issueId: 2, issueNumber: 3 }, cause);
const common = (id: string) => ({
  [headers.delivery]: id,
  [headers.event]: "issues",
  [headers.action]: "opened",
  [headers.hookId]: hookId,
  [headers.contentType]: "application/json",
});

function add(id: string, at: number): void {
  const size = 2;
  const sha256 = createHash("sha256").update("{}").digest("hex");
  const send = { startedAt: at, endedAt: at + 1, outcome: 202, stage: "planning" } as const;
  const about = { event: "issues", action: "opened", contentType: "application/json", isOmitted: false };
  sent.set(id, { id, ...about, size, sha256, task: { issueNumber: 3, taskId }, sends: [send] });
  const offset = BigInt(at);
  events.push({ partition: at % 3, offset, key: id, headers: common(id), value: Buffer.from("{}") });
  const task = {
    ...{ stage: "planning", prompt: "Plan.", repository: "octocat/hello", base: "main", head: "codex/issue-3" },
    ...{ issueNumber: 3, issueUrl: "https://github.com/octocat/hello/issues/3", issueTitle: "Wish", issueBody: "" },
    ...{ sender: "octocat", issuedAt: "2026-03-01T00:00:00Z", taskId, repositoryId: 1, deliveryId: id },
  };
  const taskHeaders = { ...common(id), [headers.taskStage]: "planning", [headers.taskId]: taskId };
  const value = Buffer.from(JSON.stringify(task));
  tasks.push({ partition: 1, offset, key: taskKey("octocat/hello", 3), headers: taskHeaders, value });
}

beforeEach(() => {
  sent = new Map();
  events = [];
  tasks = [];
  add("a", 0);
  add("b", 10);
});

const judge = () => judgeDeliveries(sent, { events, tasks });
const change = (records: StoredRecord[], index: number, to: Partial<StoredRecord>) => {
  const record = records[index];
  if (record) records[index] = { ...record, ...to };
};

test("what is all there is well, probes and copies included", () => {
  expect(judge()).toEqual({ lost: [], wrong: [], duplicates: 0 });
  tasks.push(...tasks);
  change(events, events.push(...events.slice(0, 1)) - 1, { offset: 20n });
  events.push({ partition: 2, offset: 21n, key: "probe", headers: {}, value: Buffer.alloc(0) });
  expect(judge()).toEqual({ lost: [], wrong: [], duplicates: 3 });
});

test("an event or a task that is not there is lost, once it was answered 202", () => {
  events.shift();
  tasks.pop();
  expect(judge().lost).toEqual(["event a", "task of b"]);
  for (const { sends } of sent.values()) for (const send of sends) Object.assign(send, { outcome: 503, stage: null });
  expect(judge().lost).toEqual([]);
});

test.each<[string, () => void, string]>([
  ["an event's bytes", () => change(events, 0, { value: Buffer.from("{ }") }), "its bytes are not those sent"],
  ["an event's headers", () => change(events, 0, { headers: { ...common("a"), more: "x" } }), "its headers are"],
  ["an event that nobody sent", () => change(events, 0, { key: "c" }), "was never sent"],
  ["a task that nobody asked for", () => delete sent.get("a")?.task, "was never asked for"],
  ["a task's headers", () => change(tasks, 0, { headers: common("a") }), "its headers are"],
  ["a task's key", () => change(tasks, 0, { key: "octocat/hello#4" }), "its key is octocat/hello#4"],
  ["a task's value", () => change(tasks, 0, { value: Buffer.from("{}") }), "its value is no task"],
  ["another delivery's task", () => change(tasks, 0, { value: tasks[1]?.value as Buffer }), "its deliveryId is not a"],
  ["a key in two partitions", () => change(tasks, 0, { partition: 2 }), "its key is in partition 2, too"],
  ["tasks in another order", () => change(tasks, 0, { offset: 30n }), "task of b lies before that of a"],
])("%s is found", (_, breakIt, fault) => {
  breakIt();
  expect(judge().wrong.join("\n")).toContain(fault);
});
