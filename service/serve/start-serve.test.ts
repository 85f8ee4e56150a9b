import { headers, topicSettings, topics } from "@froussard/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Service } from "../open-service.ts";
import type { OutgoingRecord } from "../publisher.ts";
import { bot, owner } from "../testing/fake-github.ts";
import { openedPayload } from "../testing/opened-payload.ts";
import { deliveryId, previousSecret, type ServeKit, secret, sign, startServeKit } from "../testing/serve-kit.ts";
import { type ServeOptions, type Serving, startServe } from "./start-serve.ts";

let kit: ServeKit;
beforeEach(async () => {
  kit = await startServeKit();
});
afterEach(() => kit.serving.stop());

const opened = () => JSON.stringify(openedPayload(kit.on));
const commented = (text: string) =>
  JSON.stringify({ ...openedPayload(kit.on), action: "created", comment: { id: 5, body: text, user: { ...owner } } });

test("the signature is the one of GitHub's documentation", () => {
  expect(sign("Hello, World!")).toBe("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
});

describe("a delivery", () => {
  test("of an opened issue is published, raw event first, in one go, and answered", async () => {
    const body = opened();
    expect(await kit.send({ body })).toMatchObject({
      status: 202,
      body: { status: "accepted", deliveryId, event: "issues", action: "opened", codexStageTriggered: "planning" },
    });
    expect(kit.batches).toHaveLength(1);
    const [raw, task] = kit.batches[0] ?? [];
    expect(raw).toMatchObject({ topic: topics.webhookEvents, key: deliveryId });
    expect(raw?.value.toString()).toBe(body);
    expect(task).toMatchObject({ topic: topics.codexTasks, key: "octocat/hello#1" });
    expect(task?.headers).toEqual({
      [headers.delivery]: deliveryId,
      [headers.event]: "issues",
      [headers.action]: "opened",
      [headers.hookId]: "292430182",
      [headers.contentType]: "application/json",
      [headers.taskStage]: "planning",
      [headers.taskId]: expect.stringMatching(/^codex-planning-1-/),
    });
    expect(JSON.stringify([kit.batches, kit.logged])).not.toMatch(/signature|Secret to Everybody/);
    await kit.serving.stop();
    expect(kit.on.issue.reactions).toMatchObject([{ content: "EYES", user: bot }]);
  });

  test("of the same event again gives the same task id", async () => {
    const ids = async () => {
      await kit.send({ body: opened() });
      return kit.batches.at(-1)?.[1]?.headers[headers.taskId];
    };
    expect(await ids()).toBe(await ids());
  });

  test("of a command is looked up and answered with the task that is due", async () => {
    const plan = kit.github.plan(kit.on);
    kit.github.wait(5).comment(kit.on, owner, "/approve");
    expect(await kit.send({ event: "issue_comment", body: commented("/approve") })).toMatchObject({
      status: 202,
      body: { event: "issue_comment", action: "created", codexStageTriggered: "implementation" },
    });
    expect(JSON.parse(String(kit.batches[0]?.[1]?.value))).toMatchObject({ planCommentId: plan.id, deliveryId });
  });

  test.each<[string, (kit: ServeKit) => void]>([
    [
      "GitHub is slow",
      ({ access }) => {
        access.readIssue = () => new Promise(() => {});
      },
    ],
    [
      "GitHub is down",
      ({ access }) => {
        access.readIssue = () => Promise.reject(new Error("down"));
      },
    ],
    [
      "the list of runs is slow",
      ({ world }) => {
        world.liveTasks = () => new Promise(() => {});
      },
    ],
  ])("of a command is left to the loop when %s, but never lost", async (_, fault) => {
    fault(kit);
    expect(await kit.send({ event: "issue_comment", body: commented("/plan") })).toMatchObject({
      status: 202,
      body: { codexStageTriggered: null },
    });
    expect(kit.batches.flat().map(({ topic }) => topic)).toEqual([topics.webhookEvents]);
  });

  test("as a form, as GitHub can send it, is understood; the raw bytes are kept", async () => {
    const body = new URLSearchParams({ payload: opened() }).toString();
    const type = { "content-type": "application/x-www-form-urlencoded" };
    expect(await kit.send({ body, headers: type })).toMatchObject({
      status: 202,
      body: { codexStageTriggered: "planning" },
    });
    expect(kit.batches[0]?.[0]?.value.toString()).toBe(body);
    expect(await kit.send({ body, event: "push", headers: type })).toMatchObject({ status: 202 });
  });

  test("with a ping or an unknown event is accepted and does nothing", async () => {
    for (const event of ["ping", "codex_surprise"])
      expect(await kit.send({ event, body: '{"zen":"Keep it logically awesome."}' })).toMatchObject({
        status: 202,
        body: { event, action: null, codexStageTriggered: null },
      });
    expect(kit.batches.map((batch) => batch.length)).toEqual([1, 1]);
  });

  test("of an event that starts nothing tells its action where GitHub writes it first", async () => {
    expect(await kit.send({ event: "star", body: '{"action":"created","x":1}' })).toMatchObject({
      body: { action: "created" },
    });
    expect(kit.batches[0]?.[0]?.headers[headers.action]).toBe("created");
  });

  test("with parameters in its content type is taken; the media type alone is passed on", async () => {
    const type = { "content-type": `Application/JSON; charset=utf-8; x=${"y".repeat(2_000)}` };
    expect((await kit.send({ headers: type })).status).toBe(202);
    expect(kit.batches[0]?.[0]?.headers[headers.contentType]).toBe("application/json");
  });

  test("signed with the previous secret is accepted while secrets are changed", async () => {
    const body = opened();
    const signature = { "x-hub-signature-256": sign(body, previousSecret) };
    expect((await kit.send({ body, headers: signature })).status).toBe(202);
  });

  test.each([
    ["issues", topicSettings.maxMessageBytes],
    ["issues", 5 * 1024 * 1024],
    ["push", topicSettings.maxMessageBytes],
    ["push", 25 * 1024 * 1024],
  ])("of %s with %i bytes is too large for the topic, and kept without its body", async (event, size) => {
    const start = opened().slice(0, -1);
    const body = `${start}${" ".repeat(size - start.length - 1)}}`;
    const answer = await kit.send({ event, body });
    // An issue's event of this size cannot be GitHub's; what can be read at all is read.
    const isRead = event === "issues" && size < 2 * 1024 * 1024;
    expect(answer).toMatchObject({
      status: 202,
      body: { action: "opened", codexStageTriggered: isRead ? "planning" : null },
    });
    const [raw] = kit.batches[0] ?? [];
    expect(raw?.value).toBe("");
    expect(raw?.headers[headers.bodyOmitted]).toBe(String(size));
    expect(kit.batches[0]).toHaveLength(isRead ? 2 : 1);
  });

  test.each<[string, (records: readonly OutgoingRecord[]) => Promise<void>]>([
    ["refuses", () => Promise.reject(new Error("the queue is full"))],
    ["hangs", () => new Promise(() => {})],
  ])("is answered 503 with Retry-After when the queue %s, and taken when it comes again", async (_, fault) => {
    await kit.serving.stop();
    kit = await startServeKit({ requestMs: 200 });
    const works = kit.world.publish;
    kit.world.publish = fault;
    const answer = await kit.send({ body: opened() });
    expect(answer).toMatchObject({ status: 503, body: { error: expect.stringContaining("redeliver") } });
    expect(answer.headers.get("retry-after")).toBe("30");
    expect(kit.on.issue.reactions).toEqual([]);
    kit.world.publish = works;
    expect(await kit.send({ body: opened() })).toMatchObject({
      status: 202,
      body: { codexStageTriggered: "planning" },
    });
  });

  test("leaves to looking at GitHub no more than half of its time, and the rest to publishing", async () => {
    await kit.serving.stop();
    kit = await startServeKit({ requestMs: 400, lookMs: 60_000 });
    kit.access.readIssue = () => new Promise(() => {});
    expect((await kit.send({ event: "issue_comment", body: commented("/plan") })).status).toBe(202);
  });
});

describe("listening", () => {
  const startAgain = (port: number, options?: ServeOptions) => {
    const config = { GITHUB_WEBHOOK_SECRET: secret, GITHUB_WEBHOOK_SECRET_PREVIOUS: undefined, PORT: port };
    return startServe(kit.service satisfies Service, config, options);
  };

  test.each<[string, ServeOptions | undefined]>([
    ["PORT", undefined],
    ["--port", { host: "127.0.0.1", portSetting: "--port" }],
  ])("on a port that is taken says to change %s", async (setting, options) => {
    const { port } = kit.serving;
    await expect(startAgain(port, options)).rejects.toThrow(
      `cannot listen on port ${port}: set ${setting} to a free one`,
    );
  });

  // Elsewhere the loopback interface has a single address, and there would be nothing to tell them apart.
  test.runIf(process.platform === "linux")("is on all interfaces, or on one host alone", async () => {
    const health = (host: string, { port }: Serving) =>
      fetch(`http://${host}:${port}/health/liveness`).then(({ status }) => status);
    const local = await startAgain(0, { host: "127.0.0.1" });
    try {
      expect(await health("127.0.0.2", kit.serving)).toBe(200);
      expect(await health("127.0.0.1", local)).toBe(200);
      await expect(health("127.0.0.2", local)).rejects.toThrow();
    } finally {
      await local.stop();
    }
  });
});
