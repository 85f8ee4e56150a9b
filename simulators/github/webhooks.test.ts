import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { webhookProblems } from "./testing/openapi.ts";
import { lab, startWorld, type World } from "./testing/world.ts";
import type { Hook } from "./webhooks/hooks.ts";

let world: World;
let receiver: Server;
let hook: Hook;
let status: number;
let received: { headers: IncomingHttpHeaders; body: string; event: string; action: string | null }[];
const secret = "It's a Secret to Everybody";

beforeEach(async () => {
  world = await startWorld();
  received = [];
  status = 202;
  receiver = createServer(async (request, response) => {
    const body = await text(request);
    const { action } = JSON.parse(body) as { action?: string };
    received.push({
      headers: request.headers,
      body,
      event: String(request.headers["x-github-event"]),
      action: action ?? null,
    });
    response.writeHead(status).end("thanks");
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/github`;
  hook = world.github.addWebhook(world.repository, {
    url,
    secret,
    events: ["issues", "issue_comment", "pull_request"],
  });
  await world.github.webhooksSettled();
});
afterEach(async () => {
  await world.github.close();
  receiver.close();
  receiver.closeAllConnections();
});

const names = (): string[] => received.map(({ event, action }) => (action ? `${event}.${action}` : event));

test("every event has GitHub's body, headers and signature", async () => {
  const { github, repository } = world;
  const ada = github.as("ada");
  const other = await github.addRepository({ owner: "ada", name: "other" });
  const issue = ada.openIssue(repository, { title: "wish", body: "text" });
  ada.editIssue(issue, { title: "wish more", body: "text more" });
  ada.label(issue, "bug");
  ada.unlabel(issue, "bug");
  const comment = github.as("robot").comment(issue, "plan");
  ada.editComment(comment, "plan more");
  ada.react(comment);
  ada.deleteComment(comment);
  ada.closeIssue(issue);
  ada.reopenIssue(issue);
  await github.commit(repository, { branch: "fix", files: { x: "1" }, from: "refs/heads/main" });
  await github.as("robot").openPullRequest(repository, { head: "fix", base: "main", title: "Fix", draft: true });
  ada.transferIssue(issue, other);
  ada.deleteIssue(ada.openIssue(repository, { title: "gone" }));
  await github.webhooksSettled();

  expect(names().toSorted()).toEqual(
    [
      "ping",
      "issues.opened",
      "issues.edited",
      "issues.labeled",
      "issues.unlabeled",
      "issue_comment.created",
      "issue_comment.edited",
      "issue_comment.deleted",
      "issues.closed",
      "issues.reopened",
      "pull_request.opened",
      "issues.transferred",
      "issues.opened",
      "issues.deleted",
    ].toSorted(),
  );
  for (const { body, event, action, headers } of received) {
    expect(webhookProblems(event, action, JSON.parse(body))).toEqual([]);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-github-hook-id": String(hook.id),
      "x-github-hook-installation-target-id": String(repository.id),
      "x-github-hook-installation-target-type": "repository",
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    });
    expect(headers["user-agent"]).toMatch(/^GitHub-Hookshot\//);
    expect(headers["x-github-delivery"]).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
  }
  const edited = received.find(({ event, action }) => event === "issues" && action === "edited");
  expect(JSON.parse(edited?.body ?? "{}")).toMatchObject({
    changes: { title: { from: "wish" }, body: { from: "text" } },
  });
});

test("a moved issue is opened in its new repository, with where it came from", async () => {
  const { github, repository } = world;
  const other = await github.addRepository({ owner: "ada", name: "other" });
  github.addWebhook(other, { url: hook.url, events: ["*"] });
  const issue = github.as("ada").openIssue(repository, { title: "wanders" });
  github.as("ada").transferIssue(issue, other);
  await github.webhooksSettled();
  const opened = received
    .filter(({ event, action }) => event === "issues" && action === "opened")
    .map(({ body }) => JSON.parse(body));
  expect(webhookProblems("issues", "opened", opened[1])).toEqual([]);
  expect(opened[1]).toMatchObject({ repository: { full_name: "ada/other" }, changes: { old_issue: { number: 1 } } });
  expect(received.some(({ headers }) => headers["x-hub-signature-256"] === undefined)).toBe(true);
});

test("a failed delivery stays failed until it is asked for again, and keeps its GUID", async () => {
  status = 503;
  world.github.as("ada").openIssue(world.repository, { title: "wish" });
  await world.github.webhooksSettled();
  const client = world.client("ada");
  const { data: list } = await client.rest.repos.listWebhookDeliveries({ ...lab, hook_id: hook.id });
  const [failed] = list;
  expect(failed).toMatchObject({
    event: "issues",
    status: "Invalid HTTP Response: 503",
    status_code: 503,
    redelivery: false,
  });
  if (!failed) throw new Error("no delivery listed");
  status = 202;
  await client.rest.repos.redeliverWebhookDelivery({ ...lab, hook_id: hook.id, delivery_id: Number(failed.id) });
  await world.github.webhooksSettled();
  const again = world.github.deliveries(hook).at(-1);
  expect(again).toMatchObject({ guid: failed.guid, redelivery: true, status: "OK" });
  const one = await client.rest.repos.getWebhookDelivery({ ...lab, hook_id: hook.id, delivery_id: Number(failed.id) });
  expect(one.data.request.payload).toMatchObject({ action: "opened" });
  const made = await client.rest.repos.createWebhook({
    ...lab,
    config: { url: "http://127.0.0.1:9/", content_type: "json" },
    events: ["issues"],
  });
  expect(made.data).toMatchObject({ type: "Repository", events: ["issues"], active: true });
  expect((await client.rest.repos.listWebhooks(lab)).data[0]?.config.secret).toBe("********");
  expect(received.at(-1)?.headers["x-github-delivery"]).toBe(failed.guid);
  await expect(world.client("robot").rest.repos.listWebhooks(lab)).rejects.toMatchObject({ status: 403 });
  expect(world.problems).toEqual([]);
});

test("deliveries are lost, repeated and reordered as told, the same way for the same seed", async () => {
  const { github, repository } = world;
  const ada = github.as("ada");
  const issue = ada.openIssue(repository, { title: "noisy" });
  await github.webhooksSettled();

  received = [];
  github.webhookFaults = { lose: ({ event }) => event === "issue_comment" };
  ada.comment(issue, "lost");
  ada.closeIssue(issue);
  await github.webhooksSettled();
  expect(names()).toEqual(["issues.closed"]);
  expect(github.deliveries(hook).map(({ status: outcome }) => outcome)).toContain("failed to connect to host");

  received = [];
  github.webhookFaults = { repeat: () => true };
  ada.reopenIssue(issue);
  await github.webhooksSettled();
  expect(names()).toEqual(["issues.reopened", "issues.reopened"]);
  expect(new Set(received.map(({ headers }) => headers["x-github-delivery"])).size).toBe(1);

  received = [];
  github.webhookFaults = { reorder: 4 };
  for (const name of ["a", "b", "c", "d"]) ada.comment(issue, name);
  await github.webhooksSettled();
  const order = received.map(({ body }) => (JSON.parse(body) as { comment: { body: string } }).comment.body);
  expect(order).not.toEqual(["a", "b", "c", "d"]);
  expect(order.toSorted()).toEqual(["a", "b", "c", "d"]);

  const drawn = async (seed: number): Promise<string[]> => {
    received = [];
    github.webhookFaults = { lose: 0.5, seed };
    for (let n = 0; n < 12; n++) ada.comment(issue, `${n}`);
    await github.webhooksSettled();
    return received.map(({ body }) => (JSON.parse(body) as { comment: { body: string } }).comment.body).toSorted();
  };
  const first = await drawn(7);
  await drawn(8);
  expect(await drawn(7)).toEqual(first);
  expect(first.length).toBeGreaterThan(0);
  expect(first.length).toBeLessThan(12);
});
