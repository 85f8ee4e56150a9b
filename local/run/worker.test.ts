import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { headers, type Task, taskKey, topics } from "@froussard/contract";
import { type EmbeddedQueue, openEmbeddedQueue } from "froussard/embedded-queue";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Told } from "../view/event.ts";
import { type WorkerOptions, work } from "./worker.ts";

let folder: string;
let queue: EmbeddedQueue;
let stop: AbortController;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "froussard-worker-"));
  queue = openEmbeddedQueue({ path: join(folder, "queue.db") });
  stop = new AbortController();
});
afterEach(async () => {
  await queue.close();
  rmSync(folder, { recursive: true });
});

const task = (issueNumber: number): Task => ({
  stage: "planning",
  prompt: "",
  repository: "a/b",
  base: "main",
  head: `codex/issue-${issueNumber}`,
  issueNumber,
  issueUrl: `https://github.com/a/b/issues/${issueNumber}`,
  issueTitle: "",
  issueBody: "",
  sender: "a",
  issuedAt: "2026-01-01T00:00:00Z",
  taskId: `codex-planning-${issueNumber}-0123456789abcdef`,
  repositoryId: 1,
});
const publish = (value: Task | string, number = 1) =>
  queue.publish([
    {
      topic: topics.codexTasks,
      key: taskKey("a/b", number),
      headers: { [headers.taskId]: `codex-planning-${number}-0123456789abcdef` },
      value: typeof value === "string" ? value : JSON.stringify(value),
    },
  ]);
const told: Told[] = [];
const start = (run: WorkerOptions["run"], more: Partial<WorkerOptions> = {}) => {
  told.length = 0;
  const tell = (event: Told) => told.push(event);
  const log = pino({ enabled: false });
  return work({ queue, run, concurrency: 2, signal: stop.signal, tell, log, pollMs: 5, ...more });
};

test("carries tasks out, two at a time, and ends when it is told to", async () => {
  for (const number of [1, 2, 3]) await publish(task(number), number);
  const seen: number[] = [];
  let now = 0;
  let most = 0;
  await start(async ({ issueNumber }) => {
    most = Math.max(most, ++now);
    await new Promise(setImmediate);
    now--;
    seen.push(issueNumber);
    if (seen.length === 3) stop.abort();
    return "ended";
  });
  expect(seen.toSorted()).toEqual([1, 2, 3]);
  expect(most).toBe(2);
  expect(await queue.liveTasks()).toEqual(new Set());
});

test("a task whose end could not be told is tried again", async () => {
  await publish(task(1));
  let tries = 0;
  await start(
    async () => {
      if (++tries < 3) throw new Error("GitHub is away");
      stop.abort();
      return "ended";
    },
    { retryDelaysMs: [0] },
  );
  expect(tries).toBe(3);
  expect(await queue.liveTasks()).toEqual(new Set());
  const retry = { event: "retry", taskId: task(1).taskId, seconds: 0, reason: "GitHub is away" };
  expect(told).toMatchObject([{ event: "started", try: 1 }, retry, { try: 2 }, retry, { try: 3 }]);
});

test("what is under way at the end is given back at once", async () => {
  await publish(task(1));
  await start((_, signal) => {
    stop.abort();
    return Promise.reject(signal.reason);
  });
  expect(await queue.claim("somebody", 1_000)).toMatchObject({ attempts: 2 });
  expect(told.at(-1)).toEqual({ event: "handed-back", taskId: task(1).taskId });
});

test("what a killed predecessor held is taken up without waiting", async () => {
  await publish(task(1));
  await queue.claim("local", 3_600_000);
  await start(async () => {
    stop.abort();
    return "ended";
  });
  expect(await queue.liveTasks()).toEqual(new Set());
});

test("a task that GitHub did not confirm is carried out when it is published again", async () => {
  await publish(task(1));
  let tries = 0;
  await start(async () => {
    if (++tries === 2) stop.abort();
    else queueMicrotask(() => setTimeout(() => publish(task(1)), 0));
    return "refused";
  });
  expect(tries).toBe(2);
  await publish(task(1));
  expect(await queue.liveTasks()).toEqual(new Set([task(1).taskId]));
});

test("a message that is no task is dropped, those behind it are carried out", async () => {
  await publish("{{nonsense");
  await publish({ ...task(2), repository: "{{x}}" }, 2);
  await publish(task(3), 3);
  await start(async ({ issueNumber }) => {
    expect(issueNumber).toBe(3);
    stop.abort();
    return "ended";
  });
  expect(await queue.liveTasks()).toEqual(new Set());
  const dropped = told.filter(({ event }) => event === "dropped");
  expect(dropped).toMatchObject([{ key: "a/b#1" }, { key: "a/b#2", reason: expect.stringContaining("repository") }]);
});
