import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { markers } from "@froussard/contract";
import { createGitHub } from "@froussard/github/client";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Allowance, GitHubAccess, HookDelivery } from "./github-access.ts";
import { octokitAccess } from "./octokit-access.ts";
import { fakeAccess } from "./testing/fake-access.ts";
import { FakeGitHub, owner } from "./testing/fake-github.ts";

let simulator: GitHubSimulator;
let repository: ReturnType<GitHubSimulator["repository"]>;
let access: GitHubAccess;
let token: string;
const allowances: Allowance[] = [];

beforeAll(async () => {
  simulator = await startGitHub();
  for (const login of ["octocat", "stranger", "codex-automation"]) simulator.addUser({ login });
  const files = { "README.md": "# hello\n" };
  const collaborators = { "codex-automation": "write" } as const;
  repository = await simulator.addRepository({ owner: "octocat", name: "hello", files, collaborators });
  await simulator.addRepository({ owner: "octocat", name: "secret", private: true, files });
  await simulator.addRepository({ owner: "octocat", name: "read-only", files });
  token = simulator.token("codex-automation");
  const github = createGitHub({ token, baseUrl: simulator.apiUrl, paceWrites: false, retries: 0 });
  const approverIds = [simulator.as("octocat").user.id];
  access = octokitAccess(github, { approverIds, trigger: { kind: "author" } }, (each) => allowances.push(each));
});
afterAll(() => simulator.close());

const octocat = () => simulator.as("octocat");
const robot = () => simulator.as("codex-automation");
const long = "2020-01-01T00:00:00Z";

/** GraphQL points that `work` cost by the simulator's reckoning, which is GitHub's formula. */
async function pointsOf(work: () => Promise<unknown>): Promise<number> {
  const before = simulator.limits.spent(token, "graphql");
  await work();
  return simulator.limits.spent(token, "graphql") - before;
}

describe("the list of changes", () => {
  test("is free of charge while nothing changes, and tells what did", async () => {
    const issue = octocat().openIssue(repository, { title: "one" });
    const first = await access.listChanges("octocat/hello", long, undefined);
    if (first === "unchanged") throw new Error("expected a list");
    const spent = simulator.limits.spent(token, "core");
    expect(await access.listChanges("octocat/hello", long, first.etag)).toBe("unchanged");
    expect(simulator.limits.spent(token, "core")).toBe(spent);
    const seen = new Map(first.issues.map(({ number, fingerprint }) => [number, fingerprint]));
    for (const change of [
      () => octocat().comment(issue, "well"),
      () => octocat().label(issue, "bug"),
      () => octocat().editIssue(issue, { body: "more" }),
      () => octocat().closeIssue(issue),
    ]) {
      change();
      const next = await access.listChanges("octocat/hello", long, first.etag);
      if (next === "unchanged") throw new Error("expected a list");
      const now = next.issues.find(({ number }) => number === issue.number);
      expect(now?.fingerprint).not.toBe(seen.get(issue.number));
      seen.set(issue.number, now?.fingerprint ?? "");
    }
    expect(allowances).toContainEqual(expect.objectContaining({ kind: "rest", remaining: expect.any(Number) }));
  });

  test("that never ends is given up", async () => {
    const issue = { number: 1, state: "open", updated_at: long, comments: 0, title: "", body: "", labels: [] };
    const page = { data: Array.from({ length: 100 }, () => issue), headers: {} };
    let pages = 0;
    const listForRepo = async () => {
      pages++;
      return page;
    };
    const endless = { rest: { issues: { listForRepo } } } as unknown as ReturnType<typeof createGitHub>;
    const changes = octokitAccess(endless, { approverIds: [], trigger: { kind: "author" } });
    await expect(changes.listChanges("octocat/hello", long, undefined)).rejects.toThrow("has no end");
    expect(pages).toBe(1_000);
  });

  test("goes over all pages and leaves pull requests out", async () => {
    const big = await simulator.addRepository({ owner: "octocat", name: "big", files: { a: "a" } });
    for (let n = 0; n < 130; n++) octocat().openIssue(big, { title: `issue ${n}` });
    await simulator.commit(big, { files: { b: "b" }, branch: "other", from: "main", by: "octocat" });
    await octocat().openPullRequest(big, { title: "pull", head: "other", base: "main" });
    const changes = await access.listChanges("octocat/big", long, undefined);
    expect(changes === "unchanged" ? [] : changes.issues).toHaveLength(130);
  });
});

describe("pending issues", () => {
  test("are those with something of ours or a listed person's command, and any too long to tell", async () => {
    const pending = await simulator.addRepository({
      owner: "octocat",
      name: "pending",
      files: { a: "a" },
      collaborators: { "codex-automation": "write" },
    });
    const open = () => octocat().openIssue(pending, { title: "x" });
    const [planned, asked, idle, strangers, endless, closed] = [open(), open(), open(), open(), open(), open()];
    robot().comment(planned, `${markers.plan}\nx`);
    octocat().comment(asked, "/plan");
    octocat().comment(idle, "I would /plan that");
    simulator.as("stranger").comment(strangers, "/plan");
    simulator.as("stranger").comment(strangers, `${markers.plan}\nx`);
    for (let n = 0; n < 51; n++) octocat().comment(endless, "well");
    octocat().comment(closed, "/plan");
    octocat().closeIssue(closed);
    for (let n = 0; n < 60; n++) open();
    const found: number[] = [];
    const points = await pointsOf(async () => {
      for await (const page of access.listPending("octocat/pending")) found.push(...page);
    });
    expect(found.toSorted((a, b) => a - b)).toEqual([planned.number, asked.number, endless.number]);
    const github = new FakeGitHub();
    const twin = github.repository("octocat/pending");
    for (let n = 0; n < 65; n++) github.open(twin, owner);
    const fake = fakeAccess(github);
    for await (const page of fake.listPending("octocat/pending")) expect(page).toEqual([]);
    expect([points, fake.spent.listPending]).toEqual([2, 2]);
  });

  test("of a repository that the token may not see are an error", async () => {
    const pages = access.listPending("octocat/secret");
    await expect(pages[Symbol.asyncIterator]().next()).rejects.toThrow(/octocat\/secret is not there/);
  });
});

describe("reading", () => {
  test.each([
    [0, 0, 1],
    [100, 0, 1],
    [101, 101, 3],
    [250, 0, 3],
  ])(
    "an issue with %i comments and %i reactions costs %i points, here and with the fake",
    async (comments, reactions, points) => {
      const issue = octocat().openIssue(repository, { title: "much said" });
      const github = new FakeGitHub();
      const fake = fakeAccess(github);
      const twin = github.open(github.repository("octocat/hello"), owner);
      for (let n = 0; n < comments; n++) {
        octocat().comment(issue, "well");
        github.comment(twin, owner, "well");
      }
      for (let n = 0; n < reactions; n++) {
        const login = `fan-${n}`;
        simulator.addUser({ login });
        simulator.as(login).react(issue, "+1");
        github.react(twin.issue, { id: 5000 + n, login, type: "User" });
      }
      const charged = await pointsOf(async () => {
        const snapshot = await access.readIssue("octocat/hello", issue.number);
        expect([snapshot?.comments.length, snapshot?.issue.reactions.length]).toEqual([comments, reactions]);
      });
      await fake.readIssue("octocat/hello", twin.issue.number);
      expect([charged, fake.spent.readIssue]).toEqual([points, points]);
    },
  );

  test("the pulse of a hundred plans costs a point, of none nothing, here and with the fake", async () => {
    const issue = octocat().openIssue(repository, { title: "with plans" });
    const fake = fakeAccess(new FakeGitHub());
    const plans = Array.from({ length: 100 }, () => robot().comment(issue, `${markers.plan}\nx`));
    const snapshot = await access.readIssue("octocat/hello", issue.number);
    const ids = snapshot?.comments.map(({ nodeId }) => nodeId) ?? [];
    expect(ids).toHaveLength(100);
    for (const [asked, points] of [
      [ids, 1],
      [[], 0],
    ] as const) {
      const before = fake.spent.readPulse;
      await fake.readPulse(asked);
      expect(await pointsOf(() => access.readPulse(asked))).toBe(points);
      expect(fake.spent.readPulse - before).toBe(points);
    }
    for (const plan of plans.slice(0, 1)) octocat().deleteComment(plan);
    expect(await access.readPulse(ids)).toHaveLength(99);
    expect(allowances).toContainEqual(expect.objectContaining({ kind: "graphql", cost: 1 }));
  });

  test("what is not there, or is a pull request, is undefined", async () => {
    await simulator.commit(repository, { files: { b: "b" }, branch: "other", from: "main", by: "octocat" });
    const pull = await octocat().openPullRequest(repository, { title: "pull", head: "other", base: "main" });
    expect(await access.readIssue("octocat/hello", pull.number)).toBeUndefined();
    expect(await access.readIssue("octocat/hello", 4242)).toBeUndefined();
    expect(await access.readIssue("octocat/secret", 1)).toBeUndefined();
  });

  test("stops when it is told to", async () => {
    const stop = new AbortController();
    const heal = simulator.faults.inject({ path: /graphql/, hang: true });
    const reading = access.readIssue("octocat/hello", 1, stop.signal);
    stop.abort();
    await expect(reading).rejects.toThrow();
    heal();
  });
});

describe("writing", () => {
  test("a mark is left once, on issue and comment", async () => {
    const issue = octocat().openIssue(repository, { title: "mark me" });
    const comment = octocat().comment(issue, "/plan");
    const snapshot = await access.readIssue("octocat/hello", issue.number);
    const nodeIds = [snapshot?.issue.nodeId ?? "", snapshot?.comments[0]?.nodeId ?? ""];
    for (const nodeId of [...nodeIds, ...nodeIds]) await access.addMark({ nodeId, content: "EYES" });
    expect(issue.reactions).toMatchObject([{ content: "eyes" }]);
    expect(comment.reactions).toMatchObject([{ content: "eyes" }]);
  });

  test("a mark from before the cause gets a new time", async () => {
    const issue = octocat().openIssue(repository, { title: "mark me again" });
    robot().react(issue, "eyes");
    const [old] = issue.reactions;
    const snapshot = await access.readIssue("octocat/hello", issue.number);
    const mark = { nodeId: snapshot?.issue.nodeId ?? "", content: "EYES", stale: true } as const;
    const points = await pointsOf(async () => {
      for (const _ of [1, 2]) await access.addMark(mark);
    });
    const fake = fakeAccess(new FakeGitHub());
    for (const _ of [1, 2]) await fake.addMark(mark);
    expect([points, fake.spent.mutation]).toEqual([4, 4]);
    expect(issue.reactions).toMatchObject([{ content: "eyes" }]);
    expect(issue.reactions[0]).not.toBe(old);
  });

  test("a comment whose answer is lost is not made twice", async () => {
    const issue = octocat().openIssue(repository, { title: "tell me" });
    simulator.faults.inject({ method: "POST", path: /comments$/, times: 1, dropConnection: "after" });
    await expect(access.createComment("octocat/hello", issue.number, "well")).rejects.toThrow();
    expect(issue.comments).toHaveLength(1);
  });

  test("a state label takes the place of another, and is made where there is none", async () => {
    const issue = octocat().openIssue(repository, { title: "label me" });
    await access.setStateLabel("octocat/hello", issue.number, "codex:planning", []);
    await access.setStateLabel("octocat/hello", issue.number, "codex:failed", ["bug", "codex:planning"]);
    const snapshot = await access.readIssue("octocat/hello", issue.number);
    expect(snapshot?.issue.labels).toEqual(["codex:failed"]);
  });

  test("marks and hiding keep the pace of writes, reading does not wait for it", async () => {
    const issue = octocat().openIssue(repository, { title: "not so fast" });
    robot().comment(issue, "old");
    const paced = octokitAccess(createGitHub({ token, baseUrl: simulator.apiUrl, retries: 0 }), {
      approverIds: [],
      trigger: { kind: "author" },
    });
    const snapshot = await paced.readIssue("octocat/hello", issue.number);
    const [nodeId, old] = [snapshot?.issue.nodeId ?? "", snapshot?.comments[0]?.nodeId ?? ""];
    const began = performance.now();
    const after = async (work: Promise<unknown>) => {
      await work;
      return performance.now() - began;
    };
    const writes = Promise.all([
      after(paced.addMark({ nodeId, content: "EYES" })),
      after(paced.minimize(old)),
      after(paced.addMark({ nodeId: old, content: "ROCKET" })),
    ]);
    const reading = await after(paced.readIssue("octocat/hello", issue.number));
    const [, second = 0, third = 0] = await writes;
    expect([second >= 950, third >= 1950, reading < second]).toEqual([true, true, true]);
  });

  test("a mark on what is gone is no failure", async () => {
    const issue = octocat().openIssue(repository, { title: "gone" });
    const comment = octocat().comment(issue, "/plan");
    const snapshot = await access.readIssue("octocat/hello", issue.number);
    octocat().deleteComment(comment);
    await access.addMark({ nodeId: snapshot?.comments[0]?.nodeId ?? "", content: "EYES" });
  });

  test("a comment is hidden", async () => {
    const issue = octocat().openIssue(repository, { title: "hide me" });
    robot().comment(issue, "old");
    const snapshot = await access.readIssue("octocat/hello", issue.number);
    await access.minimize(snapshot?.comments[0]?.nodeId ?? "");
    expect((await access.readIssue("octocat/hello", issue.number))?.comments[0]?.isMinimized).toBe(true);
  });
});

test("the right to push", async () => {
  expect(await access.mayPush("octocat/hello")).toBe(true);
  expect(await access.mayPush("octocat/read-only")).toBe(false);
  await expect(access.mayPush("octocat/nothing")).rejects.toThrow(/no repository octocat\/nothing.*CODEX_REPOSITORIES/);
});

describe("webhooks", () => {
  const administrator = () =>
    octokitAccess(
      createGitHub({ token: simulator.token("octocat"), baseUrl: simulator.apiUrl, paceWrites: false, retries: 0 }),
      { approverIds: [], trigger: { kind: "author" } },
    );

  test("a failed delivery is found over all pages, sent again, and seen to have been", async () => {
    const receiver = createServer((request, response) => {
      response.writeHead(request.headers["x-github-event"] === "ping" ? 503 : 202).end();
    });
    receiver.listen(0, "127.0.0.1");
    await once(receiver, "listening");
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const { id } = simulator.addWebhook(repository, { url, events: ["issues"] });
    for (let n = 0; n < 130; n++) octocat().openIssue(repository, { title: `issue ${n}` });
    await simulator.webhooksSettled();
    const hook = { id, repository: "octocat/hello" };
    const webhooks = administrator();
    const listAll = async () => {
      const pages: HookDelivery[][] = [];
      let cursor: string | undefined;
      do {
        const { deliveries, next } = await webhooks.listDeliveries(hook, cursor);
        pages.push(deliveries);
        cursor = next;
      } while (cursor !== undefined);
      return pages;
    };
    const pages = await listAll();
    expect(pages.map(({ length }) => length)).toEqual([100, 31]);
    const failed = pages.flat().filter(({ ok }) => !ok);
    expect(failed).toMatchObject([{ statusCode: 503, redelivery: false, id: expect.stringMatching(/^[0-9]+$/) }]);
    await webhooks.redeliver(hook, failed[0]?.id ?? "");
    await simulator.webhooksSettled();
    const again = (await listAll()).flat().filter(({ guid }) => guid === failed[0]?.guid);
    expect(again.map(({ redelivery }) => redelivery)).toEqual([true, false]);
    receiver.closeAllConnections();
    receiver.close();
  });

  test("are hidden from who may not administer", async () => {
    const [{ id }] = [simulator.addWebhook(repository, { url: "http://127.0.0.1:9/", events: ["issues"] })];
    await simulator.webhooksSettled();
    const refused = access.listDeliveries({ id, repository: "octocat/hello" }, undefined);
    await expect(refused).rejects.toMatchObject({ status: 403 });
  });

  test("of organizations, and ids that no number can hold", async () => {
    const seen: string[] = [];
    const big = "3804004623172239366";
    const api = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.writeHead(request.method === "POST" ? 202 : 200, { "content-type": "application/json" });
      const item = { guid: "g", delivered_at: "2026-03-01T00:00:00Z", redelivery: false, duration: 1, event: "ping" };
      const more = { action: null, installation_id: null, repository_id: 1, status: "timed out", status_code: 504 };
      const body = JSON.stringify([{ id: 0, ...item, ...more }]).replace('"id":0', `"id":${big}`);
      response.end(request.method === "POST" ? "{}" : body);
    });
    api.listen(0, "127.0.0.1");
    await once(api, "listening");
    const baseUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const github = createGitHub({ token: "x", baseUrl, paceWrites: false, retries: 0 });
    const webhooks = octokitAccess(github, { approverIds: [], trigger: { kind: "author" } });
    const hook = { id: 7, organization: "github" };
    const { deliveries, next } = await webhooks.listDeliveries(hook, "c1");
    expect([deliveries[0]?.id, deliveries[0]?.ok, next]).toEqual([big, false, undefined]);
    await webhooks.redeliver(hook, deliveries[0]?.id ?? "");
    expect(seen).toEqual([
      "GET /orgs/github/hooks/7/deliveries?per_page=100&cursor=c1",
      `POST /orgs/github/hooks/7/deliveries/${big}/attempts`,
    ]);
    api.closeAllConnections();
    api.close();
  });
});
