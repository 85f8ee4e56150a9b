import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AttackedMediator, goodPlan, startAttackedMediator } from "./testing/attacked-mediator.ts";

let world: AttackedMediator;
beforeEach(async () => {
  world = await startAttackedMediator();
});
afterEach(async () => {
  const { secrets, canary } = world;
  for (const secret of Object.values(secrets)) expect(world.written()).not.toContain(secret);
  expect(canary.visits()).toBe(0);
  await world.close();
});

const planOf = (summary: string) => ({ kind: "plan", plan: { ...goodPlan, summary } });
const changesOf = (path: string, content = "evil\n") => ({
  kind: "changes",
  report: { title: "A change", summary: "Changed.", tests: [] },
  changes: [{ path, mode: "100644", content: Buffer.from(content).toString("base64") }],
});

describe("called early, twice, out of order: no more than one plan, and the first one", () => {
  test("a result before the task was taken puts no plan on the issue", async () => {
    const mediator = await world.start("planning");
    expect((await mediator.post("/result", planOf("early"))).status).toBe(409);
    expect(world.plans()).toEqual([]);
    expect(mediator.record()).toMatchObject({ state: "ready" });
  });

  test("progress before the task was taken is not shown", async () => {
    const mediator = await world.start("planning");
    const report = { activity: "editing", todo: [{ text: "EVIL", done: false }] };
    expect((await mediator.post("/progress", report)).status).toBe(409);
    expect(world.written()).not.toContain("EVIL");
  });

  test("another result after the first replaces nothing", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    await mediator.post("/result", planOf("the first"));
    expect((await mediator.post("/result", planOf("EVIL"))).status).toBe(409);
    expect(world.plans()).toHaveLength(1);
    expect(world.plans()[0]?.body).toContain("the first");
    expect(world.written()).not.toContain("EVIL");
  });

  test("the same result again makes no second comment", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    const answers = [];
    for (let n = 0; n < 3; n++) answers.push(await mediator.post("/result", planOf("once")));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(world.plans()).toHaveLength(1);
  });

  test("twenty different results at the same moment: one plan", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => mediator.post("/result", planOf(`number ${n}`))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(world.plans()).toHaveLength(1);
  });

  test("two results in one write (pipelined): one plan", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    const one = (summary: string) => {
      const body = JSON.stringify(planOf(summary));
      return `POST /result HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${mediator.bearer}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    };
    await mediator.raw(one("the first") + one("EVIL"));
    await expect.poll(() => world.plans().length).toBe(1);
    expect(world.written()).not.toContain("EVIL");
  });

  test("a change in the planning stage pushes no branch", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    await mediator.post("/result", changesOf("evil.txt"));
    expect(mediator.record()).toMatchObject({ state: "closed", outcome: "failed", code: "agent-failed" });
    expect(await world.branches()).toEqual(["refs/heads/main"]);
    expect(world.github.pulls(world.repository)).toEqual([]);
  });

  test("a plan in the work stage makes no second plan", async () => {
    const mediator = await world.startWork();
    await mediator.call({});
    await mediator.post("/result", planOf("EVIL"));
    expect(world.plans()).toHaveLength(1);
    expect(world.written()).not.toContain("EVIL");
  });

  test("a failure that claims to be GitHub's is not tried again for it", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    await mediator.post("/result", { kind: "failure", code: "github-unavailable", detail: "again, please" });
    expect(mediator.record()).toMatchObject({ outcome: "failed", code: "agent-failed" });
  });

  test("after the end there is neither prompt nor working copy to be had, and no progress to be made", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    await mediator.post("/result", planOf("done"));
    const task = await mediator.call({});
    expect(JSON.parse(task.body)).toEqual({ state: "closed", outcome: "done" });
    expect((await mediator.call({ path: "/workspace" })).status).toBe(409);
    const report = { activity: "editing", todo: [{ text: "EVIL", done: false }] };
    expect((await mediator.post("/progress", report)).status).toBe(409);
    expect(world.written()).not.toContain("EVIL");
  });

  test("a change after the change was pushed moves no branch", async () => {
    const mediator = await world.startWork();
    await mediator.call({});
    await mediator.post("/result", changesOf("good.txt", "good\n"));
    const before = world.github.pulls(world.repository).map(({ pull }) => pull.headSha);
    await mediator.post("/result", changesOf("EVIL.txt"));
    expect(world.github.pulls(world.repository).map(({ pull }) => pull.headSha)).toEqual(before);
    expect(await world.branches()).toHaveLength(2);
  });

  test("a change after the 👍 was taken back is not pushed", async () => {
    const mediator = await world.startWork();
    await mediator.call({});
    world.github.as("maintainer").unreact(mediator.plan, "+1");
    await mediator.post("/result", changesOf("late.txt"));
    expect(await world.branches()).toEqual(["refs/heads/main"]);
    expect(mediator.record()).not.toMatchObject({ outcome: "done" });
  });
});

describe("called by others: nothing is done for them", () => {
  const body = planOf("EVIL");
  test.each<[string, Record<string, string>]>([
    ["without a bearer", { authorization: "" }],
    ["with another run's bearer", { authorization: `Bearer ${"a".repeat(64)}` }],
    ["with the bearer as a password", { authorization: `Basic ${Buffer.from("x:y").toString("base64")}` }],
    ["from a web page", { origin: "https://evil.example.org" }],
    ["from a web page of this machine", { origin: "http://127.0.0.1" }],
    ["from a page without a name", { origin: "null" }],
    ["by a browser's fetch", { "sec-fetch-site": "same-origin" }],
    ["under another name (DNS rebinding)", { host: "evil.example.org" }],
    ["as a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["as plain text", { "content-type": "text/plain" }],
    ["compressed", { "content-encoding": "gzip" }],
  ])("%s", async (_, headers) => {
    const mediator = await world.start("planning");
    await mediator.call({});
    const answer = await mediator.post("/result", body, headers);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toContain(mediator.bearer);
    expect(world.plans()).toEqual([]);
    expect(mediator.record()).toMatchObject({ state: "working" });
  });

  test("the bearer in the query or in a cookie lets nobody in", async () => {
    const mediator = await world.start("planning");
    const answers = [
      await mediator.call({ path: `/task?access_token=${mediator.bearer}`, headers: { authorization: "" } }),
      await mediator.call({ headers: { authorization: "", cookie: `bearer=${mediator.bearer}` } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(mediator.record()).toMatchObject({ state: "ready" });
  });
});

describe("paths and methods lead nowhere else", () => {
  const paths = [
    "//task",
    "/task/",
    "/task/.",
    "/./task",
    "/x/../task",
    "/%74ask",
    "/task%00",
    "/task#x",
    "/task;x",
    "/TASK",
    "/v1/responses/../../task",
    "/workspace/../../../etc/passwd",
    "/result",
    "/v1/files",
    "/v1/models",
    "/record.json",
    "/metrics",
    "/",
  ];
  test(`GET of ${paths.join(", ")}: nothing is served, and the task is not taken`, async () => {
    const mediator = await world.start("planning");
    for (const path of paths) {
      const answer = await mediator.call({ path });
      expect([404, 405, 400], path).toContain(answer.status);
      expect(answer.body, path).not.toMatch(/prompt|root:|"state"/);
    }
    expect(mediator.record()).toMatchObject({ state: "ready" });
  });

  test("it is no proxy: absolute addresses, CONNECT and upgrades reach nobody", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    const to = `127.0.0.1:${world.canary.port}`;
    const auth = `authorization: Bearer ${mediator.bearer}\r\nproxy-authorization: Bearer ${mediator.bearer}\r\n`;
    for (const first of [
      `GET http://${to}/`,
      `CONNECT ${to}`,
      `CONNECT localhost:${world.canary.port}`,
      "POST http://127.0.0.1/v1/responses",
    ]) {
      const answer = await mediator.raw(`${first} HTTP/1.1\r\nhost: localhost\r\n${auth}content-length: 0\r\n\r\n`);
      expect(answer).not.toContain("visit!");
      expect(answer).toMatch(/^HTTP\/1.1 4|^$/);
    }
    expect(world.canary.visits()).toBe(0);
  });

  test("a listed host for tunnels is no way to this machine's own servers", async () => {
    const mediator = await world.start("planning", { CODEX_EGRESS_HOSTS: "localhost" }).catch((error: Error) => error);
    if (mediator instanceof Error) return expect(mediator.message).toContain("CODEX_EGRESS_HOSTS");
    await mediator.call({});
    const answer = await mediator.raw(
      `CONNECT localhost:443 HTTP/1.1\r\nhost: localhost\r\nproxy-authorization: Bearer ${mediator.bearer}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 (403|502|504)/);
  });

  test.each(["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])(
    "%s /result changes nothing",
    async (method) => {
      const mediator = await world.start("planning");
      await mediator.call({});
      const answer = await mediator.call({
        method,
        path: "/result",
        body: planOf("EVIL"),
        headers: { "x-http-method-override": "POST" },
      });
      expect(answer.status).toBe(405);
      expect(answer.body).not.toContain(mediator.bearer);
      expect(world.plans()).toEqual([]);
    },
  );
});

describe("floods: the mediator goes on, and GitHub is not flooded through it", () => {
  /** Sends for as long as it is taken; answers how many bytes were. */
  async function pour(port: number, head: string, chunk: Buffer, limit: number): Promise<number> {
    const socket = connect(port, "127.0.0.1");
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {}).resume();
    socket.write(head);
    let sent = 0;
    while (!socket.destroyed && sent < limit) {
      sent += chunk.length;
      if (!socket.write(chunk)) await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
    }
    const written = socket.bytesWritten;
    socket.destroy();
    return written;
  }
  const head = (mediator: { bearer: string }, path: string, more: string) =>
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${mediator.bearer}\r\ncontent-type: application/json\r\n${more}\r\n`;
  const mebibyte = Buffer.alloc(1024 ** 2, " ");
  const chunked = Buffer.concat([Buffer.from(`${mebibyte.length.toString(16)}\r\n`), mebibyte, Buffer.from("\r\n")]);

  test.each([
    ["/progress", 16],
    ["/result", 128],
    ["/v1/responses", 64],
  ])("gigabytes in chunks to %s are cut off before %d MiB, and cost no memory", async (path, most) => {
    const mediator = await world.start("planning");
    await mediator.call({});
    const before = process.memoryUsage().rss;
    const taken = await pour(
      mediator.port,
      head(mediator, path, "transfer-encoding: chunked\r\n"),
      chunked,
      2 * 1024 ** 3,
    );
    expect(taken).toBeLessThan(most * 1024 ** 2);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 ** 2);
    expect(JSON.parse((await mediator.call({})).body)).toMatchObject({ state: "work" });
    expect(world.model.requests).toEqual([]);
  });

  test("a body that says that it has gigabytes is refused before it comes", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    const taken = await pour(
      mediator.port,
      head(mediator, "/result", "content-length: 8589934592\r\n"),
      mebibyte,
      1024 ** 3,
    );
    expect(taken).toBeLessThan(64 * 1024 ** 2);
    expect(JSON.parse((await mediator.call({})).body)).toMatchObject({ state: "work" });
  });

  test("gigabytes of headers", async () => {
    const mediator = await world.start("planning");
    const taken = await pour(
      mediator.port,
      `GET /task HTTP/1.1\r\nhost: localhost\r\nx: `,
      Buffer.alloc(1024 ** 2, "x"),
      1024 ** 3,
    );
    expect(taken).toBeLessThan(32 * 1024 ** 2);
    expect(mediator.record()).toMatchObject({ state: "ready" });
  });

  test("hundreds of connections that say nothing keep nobody out", async () => {
    const mediator = await world.start("planning");
    const idle = Array.from({ length: 400 }, () => connect(mediator.port, "127.0.0.1").on("error", () => {}));
    expect(JSON.parse((await mediator.call({})).body)).toMatchObject({ state: "work" });
    for (const socket of idle) socket.destroy();
  });

  test("a thousand progress reports are a handful of edits", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    const edits = () =>
      world.github.requests.filter(({ method, path }) => method === "PATCH" && path.includes("/comments/")).length;
    const before = edits();
    for (let n = 0; n < 1_000; n += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, m) =>
          mediator.post("/progress", { activity: "editing", todo: [{ text: `${n + m}`, done: false }] }),
        ),
      );
    expect(edits() - before).toBeLessThanOrEqual(3);
    expect(world.progress()).toHaveLength(1);
  });

  test("a todo list too long, or with fields of its own, is not shown", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    const todo = [{ text: "EVIL", done: false }];
    const bodies = [
      { activity: "editing", todo: Array.from({ length: 21 }, () => todo[0]) },
      { activity: "EVIL", todo: [] },
      { activity: "editing", todo: [{ text: "EVIL".repeat(51), done: false }] },
      { activity: "editing", todo, url: "https://evil.example.org" },
    ];
    for (const body of bodies) expect((await mediator.post("/progress", body)).status).toBe(400);
    expect(world.written()).not.toContain("EVIL");
  });

  test("the working copy asked for twenty times at once leaves no scratch folders", async () => {
    const mediator = await world.start("planning");
    await mediator.call({});
    await Promise.all(Array.from({ length: 20 }, () => mediator.call({ path: "/workspace" })));
    expect(readdirSync(join(mediator.state, "git")).filter((name) => name.startsWith("workspace-"))).toEqual([]);
  });

  test.each([
    ["deep", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
    ["with a prototype", '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'],
  ])("a JSON that is %s does no harm", async (_, plan) => {
    const mediator = await world.start("planning");
    await mediator.call({});
    await mediator.post("/result", `{"kind":"plan","plan":${plan}}`);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(world.plans()).toEqual([]);
    expect((await mediator.call({})).status).toBe(200);
  });
});
