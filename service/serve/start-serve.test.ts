import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { headers, topics } from "@froussard/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Metrics } from "../metrics.ts";
import type { Service } from "../open-service.ts";
import { PublishedTasks } from "../published-tasks.ts";
import type { OutgoingRecord } from "../publisher.ts";
import { repositoryFilter } from "../repository-filter.ts";
import { type FakeAccess, fakeAccess } from "../testing/fake-access.ts";
import { bot, FakeGitHub, type FakeIssue, owner } from "../testing/fake-github.ts";
import { openedPayload } from "../testing/opened-payload.ts";
import { type ServeOptions, type Serving, startServe } from "./start-serve.ts";

// GitHub's own example ("Validating webhook deliveries").
const secret = "It's a Secret to Everybody";
const previous = "the secret of last month";
const sign = (body: string, key = secret) => `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;

let github: FakeGitHub;
let on: FakeIssue;
let access: FakeAccess;
let batches: (readonly OutgoingRecord[])[];
let publish: (records: readonly OutgoingRecord[]) => Promise<void>;
let queueDown: boolean;
let logged: object[];
let serving: Serving;
let metrics: Metrics;

beforeEach(async () => {
  github = new FakeGitHub();
  on = github.open(github.repository("octocat/hello"), owner);
  github.wait(5);
  access = fakeAccess(github);
  batches = [];
  publish = async (records) => void batches.push(records);
  queueDown = false;
  logged = [];
  metrics = new Metrics();
  const log = (fields: object, message: string) => void logged.push({ ...fields, message });
  const service = {
    github: access,
    publisher: { publish: (records) => publish(records), close: async () => {} },
    liveTasks: async () => new Set<string>(),
    notReady: async () => (queueDown ? "the queue cannot be read" : undefined),
    published: new PublishedTasks(),
    policy: {
      approverIds: [1],
      trigger: { kind: "author" },
      since: "2026-03-01T00:00:00Z",
      branchPrefix: "codex/issue-",
      deadlineMinutes: 60,
    },
    admits: repositoryFilter(["octocat/*"]),
    clock: { now: () => github.now, sleep: async () => {} },
    log: { debug: log, info: log, warn: log, error: log },
    metrics,
    onAllowance: new Set(),
    close: async () => {},
  } satisfies Service;
  const config = { GITHUB_WEBHOOK_SECRET: secret, GITHUB_WEBHOOK_SECRET_PREVIOUS: previous, PORT: 0 };
  serving = await startServe(service, config, { lookMs: 50, requestMs: 1_000 });
});
afterEach(() => serving.stop());

const url = (path: string) => `http://127.0.0.1:${serving.port}${path}`;

interface Sending {
  path?: string;
  method?: string;
  event?: string;
  body?: string;
  remove?: string[];
  headers?: Record<string, string>;
}

async function send({ path = "/webhooks/github", method = "POST", event = "issues", body = "{}", ...more }: Sending) {
  const all: Record<string, string> = {
    "content-type": "application/json",
    "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    "x-github-event": event,
    "x-github-hook-id": "292430182",
    "x-hub-signature-256": sign(body),
    ...more.headers,
  };
  for (const name of more.remove ?? []) delete all[name];
  const response = await fetch(url(path), { method, headers: all, ...(method !== "GET" && { body }) });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

const opened = () => JSON.stringify(openedPayload(on));
const commented = (text: string) =>
  JSON.stringify({ ...openedPayload(on), action: "created", comment: { id: 5, body: text, user: { ...owner } } });

test("the signature is the one of GitHub's documentation", () => {
  expect(sign("Hello, World!")).toBe("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
});

describe("a delivery", () => {
  test("of an opened issue is published, raw event first, in one go, and answered", async () => {
    const body = opened();
    expect(await send({ body })).toMatchObject({
      status: 202,
      body: {
        status: "accepted",
        deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        event: "issues",
        action: "opened",
        codexStageTriggered: "planning",
      },
    });
    expect(batches).toHaveLength(1);
    const [raw, task] = batches[0] ?? [];
    expect(raw).toMatchObject({ topic: topics.webhookEvents, key: "72d3162e-cc78-11e3-81ab-4c9367dc0958" });
    expect(raw?.value.toString()).toBe(body);
    expect(task).toMatchObject({ topic: topics.codexTasks, key: "octocat/hello#1" });
    expect(task?.headers).toEqual({
      [headers.delivery]: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      [headers.event]: "issues",
      [headers.action]: "opened",
      [headers.hookId]: "292430182",
      [headers.contentType]: "application/json",
      [headers.taskStage]: "planning",
      [headers.taskId]: expect.stringMatching(/^codex-planning-1-/),
    });
    expect(JSON.stringify([batches, logged])).not.toMatch(/signature|Secret to Everybody/);
    await serving.stop();
    expect(on.issue.reactions).toMatchObject([{ content: "EYES", user: bot }]);
  });

  test("of the same event again gives the same task id", async () => {
    const ids = async () => {
      await send({ body: opened() });
      return batches.at(-1)?.[1]?.headers[headers.taskId];
    };
    expect(await ids()).toBe(await ids());
  });

  test("of a command is looked up and answered with the task that is due", async () => {
    const plan = github.plan(on);
    github.wait(5).comment(on, owner, "/approve");
    expect(await send({ event: "issue_comment", body: commented("/approve") })).toMatchObject({
      status: 202,
      body: { event: "issue_comment", action: "created", codexStageTriggered: "implementation" },
    });
    expect(JSON.parse(String(batches[0]?.[1]?.value))).toMatchObject({
      planCommentId: plan.id,
      deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    });
  });

  test("of a command is left to the loop when GitHub is slow or down, but never lost", async () => {
    access.readIssue = () => new Promise(() => {});
    expect(await send({ event: "issue_comment", body: commented("/plan") })).toMatchObject({
      status: 202,
      body: { codexStageTriggered: null },
    });
    access.readIssue = () => Promise.reject(new Error("down"));
    expect((await send({ event: "issue_comment", body: commented("/plan") })).status).toBe(202);
    expect(batches.map((batch) => batch.map(({ topic }) => topic))).toEqual([
      [topics.webhookEvents],
      [topics.webhookEvents],
    ]);
  });

  test("as a form, as GitHub can send it, is understood; the raw bytes are kept", async () => {
    const body = new URLSearchParams({ payload: opened() }).toString();
    const type = { "content-type": "application/x-www-form-urlencoded" };
    expect(await send({ body, headers: type })).toMatchObject({
      status: 202,
      body: { codexStageTriggered: "planning" },
    });
    expect(batches[0]?.[0]?.value.toString()).toBe(body);
  });

  test("with a ping or an unknown event is accepted and does nothing", async () => {
    for (const event of ["ping", "codex_surprise"])
      expect(await send({ event, body: '{"zen":"Keep it logically awesome."}' })).toMatchObject({
        status: 202,
        body: { event, action: null, codexStageTriggered: null },
      });
    expect(batches.map((batch) => batch.length)).toEqual([1, 1]);
  });

  test("signed with the previous secret is accepted while secrets are changed", async () => {
    const body = opened();
    expect((await send({ body, headers: { "x-hub-signature-256": sign(body, previous) } })).status).toBe(202);
  });

  test.each<[string, (records: readonly OutgoingRecord[]) => Promise<void>]>([
    ["refuses", () => Promise.reject(new Error("the queue is full"))],
    ["hangs", () => new Promise(() => {})],
  ])("is answered 503 with Retry-After when the queue %s, and taken when it comes again", async (_, fault) => {
    const works = publish;
    publish = fault;
    const answer = await send({ body: opened() });
    expect(answer).toMatchObject({ status: 503, body: { error: expect.stringContaining("redeliver") } });
    expect(answer.headers.get("retry-after")).toBe("30");
    expect(on.issue.reactions).toEqual([]);
    publish = works;
    expect(await send({ body: opened() })).toMatchObject({ status: 202, body: { codexStageTriggered: "planning" } });
  });
});

describe("refused", () => {
  const unsigned = { remove: ["x-hub-signature-256"] };
  test.each<[string, Sending, number, RegExp]>([
    ["another path", { path: "/" }, 404, /ends in \/webhooks\/github/],
    ["another provider", { path: "/webhooks/gitlab" }, 404, /nothing at \/webhooks\/gitlab/],
    ["another path before all else", { path: "/x", method: "PUT", ...unsigned }, 404, /nothing/],
    ["another method", { method: "PUT" }, 405, /POST/],
    ["GET", { method: "GET" }, 405, /POST/],
    ["another method before the content type", { method: "PUT", headers: { "content-type": "text/xml" } }, 405, /POST/],
    ["another content type", { headers: { "content-type": "text/xml" } }, 415, /application\/json/],
    ["a content type that only begins alike", { headers: { "content-type": "application/jsonx" } }, 415, /json/],
    [
      "a content type before headers",
      { headers: { "content-type": "text/xml" }, remove: ["x-github-event"] },
      415,
      /json/,
    ],
    ["no event", { remove: ["x-github-event"] }, 400, /missing: x-github-event$/],
    [
      "no headers at all",
      { remove: ["x-github-event", "x-github-delivery", "x-hub-signature-256"] },
      400,
      /x-github-delivery, x-github-event, x-hub-signature-256/,
    ],
    ["a strange delivery id", { headers: { "x-github-delivery": "a b" } }, 400, /delivery id/],
    ["a strange event", { headers: { "x-github-event": "../x" } }, 400, /event/],
    ["no signature", unsigned, 401, /not signed/],
    ["a signature in another form", { headers: { "x-hub-signature-256": "sha1=00" } }, 401, /does not fit/],
    ["a signature of another body", { headers: { "x-hub-signature-256": sign("{} ") } }, 401, /does not fit/],
    [
      "a signature with another secret",
      { headers: { "x-hub-signature-256": sign("{}", "guess") } },
      401,
      /does not fit/,
    ],
    [
      "an unsigned body that is no JSON",
      { body: "{", headers: { "x-hub-signature-256": sign("{}") } },
      401,
      /does not fit/,
    ],
    ["no JSON", { body: "{" }, 400, /not JSON/],
    ["no JSON object", { body: "[1]" }, 400, /not a JSON object/],
    ["an empty body", { body: "" }, 400, /not JSON/],
    [
      "a form without payload",
      { body: "x=1", headers: { "content-type": "application/x-www-form-urlencoded" } },
      400,
      /payload/,
    ],
  ])("%s", async (_, sending, status, words) => {
    const answer = await send(sending);
    expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(words) } });
    if (status === 405) expect(answer.headers.get("allow")).toBe("POST");
    expect(batches).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["that announces", `content-length: ${26 * 1024 * 1024}`, ""],
    [
      "that sends",
      "transfer-encoding: chunked",
      `${(26 * 1024 * 1024).toString(16)}\r\n${"x".repeat(26 * 1024 * 1024)}\r\n`,
    ],
  ])("a body %s more than 25 MB", async (_, header, body) => {
    const socket = connect(serving.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    // The server stops reading and closes; what was still under way then fails.
    socket.on("error", () => {});
    const given = ["x-github-delivery: 1", "x-github-event: issues", "x-hub-signature-256: sha256=00", header];
    socket.write(
      `POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${given.join("\r\n")}\r\n\r\n`,
    );
    socket.write(body);
    await new Promise((resolve) => socket.on("close", resolve));
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  test("a path that is no address", async () => {
    const socket = connect(serving.port, "127.0.0.1");
    socket.end("GET // HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    expect(answer).toMatch(/^HTTP\/1.1 404 /);
  });
});

describe("for operators", () => {
  const get = async (path: string) => {
    const response = await fetch(url(path));
    return { status: response.status, text: await response.text() };
  };

  test("liveness and readiness; readiness comes back by itself", async () => {
    expect(await get("/health/liveness")).toMatchObject({ status: 200 });
    expect(await get("/health/readiness")).toMatchObject({ status: 200 });
    queueDown = true;
    expect(await get("/health/readiness")).toEqual({
      status: 503,
      text: '{"status":"not ready","reason":"the queue cannot be read"}',
    });
    expect(await get("/health/liveness")).toMatchObject({ status: 200 });
    queueDown = false;
    expect(await get("/health/readiness")).toMatchObject({ status: 200 });
    expect((await fetch(url("/metrics"), { method: "DELETE" })).status).toBe(405);
  });

  test("metrics count webhooks by event and verdict, and published tasks", async () => {
    await send({ body: opened() });
    await send({ event: "codex_surprise" });
    await send({ body: "{" });
    const { text } = await get("/metrics");
    expect(text).toContain('froussard_webhooks_total{event="issues",verdict="planning"} 1');
    expect(text).toContain('froussard_webhooks_total{event="other",verdict="ignored"} 1');
    expect(text).toContain('froussard_webhooks_total{event="issues",verdict="refused"} 1');
    expect(text).toContain('froussard_tasks_published_total{stage="planning"} 1');
  });

  test("log lines carry delivery id and task id, and nothing of what people wrote", async () => {
    on.issue.body = "my secret plan";
    await send({ body: opened() });
    expect(logged).toContainEqual(
      expect.objectContaining({
        deliveryId: expect.stringContaining("72d3162e"),
        taskId: expect.stringContaining("codex-planning"),
      }),
    );
    expect(JSON.stringify(logged)).not.toContain("my secret plan");
  });

  test("stopping finishes the delivery in hand", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    publish = () => {
      arrived.resolve();
      return promise;
    };
    const answer = send({ body: opened() });
    await arrived.promise;
    const stopped = serving.stop();
    resolve();
    expect((await answer).status).toBe(202);
    await stopped;
    await expect(fetch(url("/health/liveness"))).rejects.toThrow();
  });

  describe("listening", () => {
    const startAgain = (port: number, options?: ServeOptions) => {
      const config = { GITHUB_WEBHOOK_SECRET: secret, GITHUB_WEBHOOK_SECRET_PREVIOUS: undefined, PORT: port };
      const service = { log: { info() {} }, metrics, github: access };
      return startServe(service as unknown as Service, config, options);
    };

    test.each<[string, ServeOptions | undefined]>([
      ["PORT", undefined],
      ["--port", { host: "127.0.0.1", portSetting: "--port" }],
    ])("on a port that is taken says to change %s", async (setting, options) => {
      await expect(startAgain(serving.port, options)).rejects.toThrow(
        `cannot listen on port ${serving.port}: set ${setting} to a free one`,
      );
    });

    // Elsewhere the loopback interface has a single address, and there would be nothing to tell them apart.
    test.runIf(process.platform === "linux")("is on all interfaces, or on one host alone", async () => {
      const health = (host: string, { port }: Serving) =>
        fetch(`http://${host}:${port}/health/liveness`).then(({ status }) => status);
      const local = await startAgain(0, { host: "127.0.0.1" });
      try {
        expect(await health("127.0.0.2", serving)).toBe(200);
        expect(await health("127.0.0.1", local)).toBe(200);
        await expect(health("127.0.0.2", local)).rejects.toThrow();
      } finally {
        await local.stop();
      }
    });
  });
});
