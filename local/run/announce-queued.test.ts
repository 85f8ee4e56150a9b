import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { headers, taskKey, topics } from "@froussard/contract";
import { type EmbeddedQueue, openEmbeddedQueue } from "froussard/embedded-queue";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Told } from "../view/event.ts";
import { announceQueued } from "./announce-queued.ts";

let folder: string;
let queue: EmbeddedQueue;
let told: Told[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "froussard-announce-"));
  told = [];
  queue = announceQueued(openEmbeddedQueue({ path: join(folder, "queue.db") }), (event) => told.push(event));
});
afterEach(async () => {
  await queue.close();
  rmSync(folder, { recursive: true });
});

const taskId = "codex-planning-1-0123456789abcdef";
const task = {
  ...{
    stage: "planning",
    taskId,
    prompt: "",
    repository: "octo/hello",
    repositoryId: 1,
    base: "main",
    head: "codex/1",
  },
  ...{ issueNumber: 1, issueUrl: "https://github.example.org/octo/hello/issues/1", issueTitle: "Greet", issueBody: "" },
  ...{ sender: "octo", issuedAt: "2026-01-01T00:00:00Z" },
};
const record = (topic: string, value: string) => ({
  topic,
  key: taskKey("octo/hello", 1),
  headers: { [headers.taskId]: taskId },
  value,
});
const publish = () => queue.publish([record(topics.codexTasks, JSON.stringify(task))]);

test("a task is told once, however often it is published", async () => {
  await publish();
  await publish();
  const claim = await queue.claim("local", 1_000);
  if (claim) await queue.ack(claim);
  await publish();
  expect(told).toEqual([
    {
      ...{ event: "queued", taskId, stage: "planning", repository: "octo/hello", issueNumber: 1, title: "Greet" },
      issueUrl: "https://github.example.org/octo/hello/issues/1",
    },
  ]);
});

test("one that was dropped is told again when it comes again", async () => {
  await publish();
  const claim = await queue.claim("local", 1_000);
  if (claim) await queue.drop(claim);
  await publish();
  expect(told).toHaveLength(2);
});

test("raw events and what is no task are not told, and are published all the same", async () => {
  await queue.publish([record(topics.webhookEvents, "{}")]);
  await queue.publish([record(topics.codexTasks, "{{nonsense")]);
  expect(told).toEqual([]);
  expect((await queue.claim("local", 1_000))?.value.toString()).toBe("{{nonsense");
});
