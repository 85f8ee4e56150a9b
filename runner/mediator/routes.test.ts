import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { subjectId, taskId } from "@froussard/contract";
import pino from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMediator } from "./mediator.ts";
import type { ModelProxy } from "./model/model-proxy.ts";
import { createRecordStore } from "./record-store.ts";
import { mediatorRoutes } from "./routes.ts";
import { createSecretSearch } from "./secrets/secret-search.ts";
import { type RunningServer, startServer } from "./server/start-server.ts";
import { createWorld, fakeFacts, fakeGit, fakePublisher, plan, rules } from "./testing/fakes.ts";

const bearer = "b".repeat(32);
const subject = subjectId({ repositoryId: 501, issueId: 7001, stage: "planning", about: "issue" });
let folder: string;
let server: RunningServer;
let packed: PassThrough[];
/** What packing takes. */
let time: Promise<void>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "routes-"));
  packed = [];
  time = Promise.resolve();
  const world = createWorld();
  const codex = { model: "gpt-6.1-sol", effort: "high", sandbox: "require" } as const;
  const mediator = createMediator({
    claim: {
      ...{ TASK_STAGE: "planning", TASK_ID: taskId("planning", 12, subject, 0), TASK_DRY_RUN: false },
      ...{ TASK_REPOSITORY: "gregkonush/lab", TASK_ISSUE_NUMBER: 12 },
    },
    rules: async () => rules,
    codex,
    limits: { perIssue: 10, perDay: 100 },
    ...{ deadlineMs: 3_600_000, idleMs: 600_000, egress: false },
    facts: fakeFacts(world),
    publisher: fakePublisher(world),
    openGit: async () => ({
      ...fakeGit(world),
      packWorkspace: async () => {
        const pack = new PassThrough();
        packed.push(pack);
        await time;
        return pack;
      },
    }),
    secrets: createSecretSearch(async () => []),
    store: createRecordStore(folder, () => {}),
    clock: () => new Date("2026-01-05T12:00:00Z"),
    log: pino({ enabled: false }),
    ...{ progressIntervalMs: 0, wantedIntervalMs: 0, everyWantedLook: () => () => {} },
    flushPatienceMs: { answer: 60_000, push: 60_000, stop: 60_000 },
  });
  const proxy: ModelProxy = async ({ check, body }) => {
    check(body);
  };
  server = await startServer({
    listen: { host: "127.0.0.1", port: 0 },
    bearer,
    routes: mediatorRoutes(mediator, proxy, codex),
    onError: (error) => {
      throw error;
    },
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const call = (path: string, body?: unknown, signal?: AbortSignal) =>
  fetch(`http://${server.listen}${path}`, {
    ...(signal && { signal }),
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
const report = { activity: "thinking", todo: [] };

test("working copies are packed one at a time, and few wait", async () => {
  await call("/task");
  const first = call("/workspace");
  await expect.poll(() => packed.length).toBe(1);
  const others = [call("/workspace"), call("/workspace"), call("/workspace")];
  expect((await Promise.race(others)).status).toBe(429);
  expect(packed).toHaveLength(1);
  packed[0]?.end("pack");
  expect(await (await first).text()).toBe("pack");
  await expect.poll(() => packed.length).toBe(2);
  packed[1]?.end();
  await expect.poll(() => packed.length).toBe(3);
  packed[2]?.end();
  expect((await Promise.all(others)).map(({ status }) => status).sort()).toEqual([200, 200, 429]);
});

test("a client that goes away gives its turn to the next", async () => {
  await call("/task");
  const first = call("/workspace");
  await expect.poll(() => packed.length).toBe(1);
  packed[0]?.write("some");
  const second = call("/workspace");
  await (await first).body?.cancel();
  await expect.poll(() => packed.length).toBe(2);
  packed[1]?.end("pack");
  expect(await (await second).text()).toBe("pack");
});

test("so does one that goes away while its working copy is packed, which nobody keeps then", async () => {
  await call("/task");
  const packing = Promise.withResolvers<void>();
  time = packing.promise;
  const gone = new AbortController();
  const first = call("/workspace", undefined, gone.signal);
  await expect.poll(() => packed.length).toBe(1);
  const second = call("/workspace");
  gone.abort();
  await expect(first).rejects.toThrow();
  packing.resolve();
  await expect.poll(() => packed.length).toBe(2);
  expect(packed[0]?.destroyed).toBe(true);
  packed[1]?.end("pack");
  expect(await (await second).text()).toBe("pack");
});

test("a flood of reports is mostly refused", async () => {
  await call("/task");
  const answers = await Promise.all(Array.from({ length: 20 }, () => call("/progress", report)));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(15);
  expect(refused[0]?.headers.get("retry-after")).toBe("1");
  expect(answers.filter(({ status }) => status === 204).length).toBeGreaterThanOrEqual(2);
});

test.each([
  ["progress before the task was given", "/progress", report, 409],
  ["a result before the task was given", "/result", { kind: "plan", plan }, 409],
  ["a result nested beyond reason", "/result", `{"kind":"plan","plan":${"[".repeat(500)}${"]".repeat(500)}}`, 400],
  ["a result with more than belongs there", "/result", { kind: "plan", plan, url: "https://evil.example" }, 400],
  [
    "a change that is a link",
    "/result",
    { kind: "changes", report: {}, changes: [{ path: "a", mode: "120000", content: "" }] },
    400,
  ],
  [
    "too many changes",
    "/result",
    { kind: "changes", report: {}, changes: Array(10_001).fill({ path: "a", deleted: true }) },
    400,
  ],
  [
    "content that is no base64",
    "/result",
    { kind: "changes", report: {}, changes: [{ path: "a", mode: "100644", content: "*" }] },
    400,
  ],
  ["progress with a link of its own", "/progress", { ...report, url: "https://evil.example" }, 400],
  ["progress of an activity that there is not", "/progress", { activity: "mining", todo: [] }, 400],
])("%s is refused", async (_, path, body, status) => {
  expect((await call(path, body)).status).toBe(status);
});

test("the model is asked only while the task is worked on", async () => {
  expect((await call("/v1/responses", {})).status).toBe(429);
  await call("/task");
  expect((await call("/v1/responses", {})).status).toBe(400);
});
