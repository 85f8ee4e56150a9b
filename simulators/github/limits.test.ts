import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lab, startWorld, type World } from "./testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  await world.github.close();
  expect(world.problems).toEqual([]);
});

describe("rate limits and conditional requests", () => {
  test("a 304 costs nothing, a change costs one", async () => {
    const token = world.github.token("robot");
    const client = world.client(null, token);
    const ada = world.github.as("ada");
    const issue = ada.openIssue(world.repository, { title: "watched" });
    const comment = ada.comment(issue, "plan");
    const list = async (etag?: string) =>
      await client.request("GET /repos/{owner}/{repo}/issues", {
        ...lab,
        headers: etag ? { "if-none-match": etag } : {},
      });
    const first = await list();
    const etag = first.headers.etag ?? "";
    expect(etag).toMatch(/^W\/"[0-9a-f]{64}"$/);
    await expect(list(etag)).rejects.toMatchObject({ status: 304 });
    // A reaction to a comment is not in the list of issues: nothing there tells of it.
    world.github.as("eve").react(comment);
    await expect(list(etag)).rejects.toMatchObject({ status: 304 });
    expect(world.github.limits.spent(token, "core")).toBe(1);
    world.pass(1);
    ada.comment(issue, "more");
    expect((await list(etag)).status).toBe(200);
    expect(world.github.limits.spent(token, "core")).toBe(2);
    expect(world.github.requests.map(({ rateLimitUsed }) => rateLimitUsed)).toEqual([1, 0, 0, 1]);
  });

  test("the last request of an hour is answered, the next refused until the reset", async () => {
    const token = world.github.token("robot");
    world.github.limits.set(token, "core", 2);
    const client = world.client(null, token);
    expect((await client.rest.repos.get(lab)).headers["x-ratelimit-remaining"]).toBe("1");
    await client.rest.repos.get(lab);
    await expect(client.rest.repos.get(lab)).rejects.toMatchObject({
      status: 403,
      response: {
        data: { message: expect.stringMatching(/^API rate limit exceeded for user ID \d+\.$/) },
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-resource": "core" },
      },
    });
    expect((await client.rest.rateLimit.get()).data.resources.core).toMatchObject({ limit: 2, used: 2, remaining: 0 });
    world.pass(3600);
    expect((await client.rest.repos.get(lab)).status).toBe(200);
  });

  test("meta can be read by anyone", async () => {
    expect((await world.client(null).rest.meta.get()).data.hooks).toEqual(["127.0.0.1/32"]);
  });
});

describe("refusals", () => {
  const message = (status: number, words: string) => ({ status, response: { data: { message: words } } });

  test.each<[why: string, ask: (world: World) => Promise<unknown>, status: number, words: string]>([
    ["a wrong token", (w) => w.client(null, "ghp_wrong").rest.repos.get(lab), 401, "Bad credentials"],
    ["nobody writes", (w) => w.client(null).rest.issues.create({ ...lab, title: "x" }), 401, "Requires authentication"],
    ["what is not there", (w) => w.client("eve").rest.issues.get({ ...lab, issue_number: 99 }), 404, "Not Found"],
    ["an unknown route", (w) => w.client("eve").request("GET /nowhere"), 404, "Not Found"],
    [
      "a reader labels",
      (w) => w.client("eve").rest.issues.addLabels({ ...lab, issue_number: 1, labels: ["bug"] }),
      403,
      "Must have admin rights to Repository.",
    ],
    [
      "a reader edits another's issue",
      (w) => w.client("eve").rest.issues.update({ ...lab, issue_number: 1, title: "mine" }),
      403,
      "Must have admin rights to Repository.",
    ],
    [
      "a reader opens a pull request",
      (w) => w.client("eve").rest.pulls.create({ ...lab, head: "a", base: "main", title: "x" }),
      403,
      "Must have push access to repository",
    ],
    [
      "a comment too long",
      (w) => w.client("eve").rest.issues.createComment({ ...lab, issue_number: 1, body: "x".repeat(65_537) }),
      422,
      "Validation Failed",
    ],
    [
      "an issue too long",
      (w) => w.client("eve").rest.issues.create({ ...lab, title: "x", body: "x".repeat(65_537) }),
      422,
      "Validation Failed",
    ],
    [
      "a title too long",
      (w) => w.client("eve").rest.issues.create({ ...lab, title: "x".repeat(257) }),
      422,
      "Validation Failed",
    ],
    [
      "a blank comment",
      (w) => w.client("eve").rest.issues.createComment({ ...lab, issue_number: 1, body: " \n" }),
      422,
      "Validation Failed",
    ],
    [
      "no title",
      (w) => w.client("eve").request("POST /repos/ada/lab/issues", {}),
      422,
      'Invalid request.\n\n"title" wasn\'t supplied.',
    ],
    [
      "an unknown reaction",
      (w) => w.client("eve").request("POST /repos/ada/lab/issues/1/reactions", { content: "yes" }),
      422,
      "Validation Failed",
    ],
    [
      "broken JSON",
      (w) =>
        w
          .client("eve")
          .request("POST /repos/ada/lab/issues", { data: "{", headers: { "content-type": "application/json" } }),
      400,
      "Problems parsing JSON",
    ],
  ])("%s", async (_why, ask, status, words) => {
    world.github.as("ada").openIssue(world.repository, { title: "there" });
    await expect(ask(world)).rejects.toMatchObject(message(status, words));
  });

  test("a private repository does not exist for strangers", async () => {
    await world.github.addRepository({ owner: "ada", name: "secret", private: true, collaborators: { robot: "read" } });
    const secret = { owner: "ada", repo: "secret" };
    await expect(world.client("eve").rest.repos.get(secret)).rejects.toMatchObject({ status: 404 });
    await expect(world.client(null).rest.repos.get(secret)).rejects.toMatchObject({ status: 404 });
    expect((await world.client("robot").rest.repos.get(secret)).data.private).toBe(true);
    const narrow = world.github.token("robot", { scopes: ["public_repo"] });
    await expect(world.client(null, narrow).rest.repos.get(secret)).rejects.toMatchObject({ status: 404 });
    const elsewhere = world.github.token("robot", { repositories: [world.repository] });
    await expect(world.client(null, elsewhere).rest.repos.get(secret)).rejects.toMatchObject({ status: 404 });
  });

  test("a fine-grained token does what it was given, no more", async () => {
    const token = world.github.token("robot", { permissions: { issues: "read", contents: "write" } });
    const client = world.client(null, token);
    world.github.as("ada").openIssue(world.repository, { title: "there" });
    expect((await client.rest.issues.get({ ...lab, issue_number: 1 })).data.title).toBe("there");
    await expect(client.rest.issues.createComment({ ...lab, issue_number: 1, body: "x" })).rejects.toMatchObject({
      status: 403,
      response: {
        data: { message: "Resource not accessible by personal access token" },
        headers: { "x-accepted-github-permissions": "issues=write" },
      },
    });
  });

  test("another's comment is edited and deleted by writers only", async () => {
    const issue = world.github.as("ada").openIssue(world.repository, { title: "there" });
    const comment = world.github.as("ada").comment(issue, "mine");
    const target = { ...lab, comment_id: comment.id };
    const eve = world.client("eve");
    await expect(eve.rest.issues.updateComment({ ...target, body: "hers" })).rejects.toMatchObject({ status: 403 });
    await expect(eve.rest.issues.deleteComment(target)).rejects.toMatchObject({ status: 403 });
    expect(comment.body).toBe("mine");
    await world.client("robot").rest.issues.updateComment({ ...target, body: "its" });
    expect(comment).toMatchObject({ body: "its", editor: { login: "robot" } });
  });

  test("an archived repository is read-only", async () => {
    world.github.archive(world.repository);
    await expect(world.client("ada").rest.issues.create({ ...lab, title: "x" })).rejects.toMatchObject(
      message(403, "Repository was archived so is read-only."),
    );
  });

  test("texts keep every character but NUL", async () => {
    const body = "a\u0000b\u0007\u001b[31m\u{e0041} {{=1}} `$(x)`\r\n";
    const { data } = await world.client("eve").rest.issues.create({ ...lab, title: "odd", body });
    expect(data.body).toBe(body.replace("\u0000", ""));
    const full = "😀".repeat(65_536);
    expect((await world.client("eve").rest.issues.create({ ...lab, title: "full", body: full })).data.body).toBe(full);
  });
});

describe("faults", () => {
  const comment = { ...lab, issue_number: 1, body: "once" };

  test("a lost answer: the comment is there, the client does not know", async () => {
    world.github.as("ada").openIssue(world.repository, { title: "there" });
    world.github.faults.inject({ method: "POST", path: /comments$/, times: 1, dropConnection: "after" });
    await expect(world.client("robot").rest.issues.createComment(comment)).rejects.toThrow();
    expect(world.github.comments(world.repository, 1)).toHaveLength(1);
    await world.client("robot").rest.issues.createComment(comment);
    expect(world.github.comments(world.repository, 1)).toHaveLength(2);
  });

  test("a lost request: nothing happened", async () => {
    world.github.as("ada").openIssue(world.repository, { title: "there" });
    const heal = world.github.faults.inject({ path: "/api/v3/repos/ada/lab/*", dropConnection: "before" });
    await expect(world.client("robot").rest.issues.createComment(comment)).rejects.toThrow();
    expect(world.github.comments(world.repository, 1)).toHaveLength(0);
    heal();
    expect((await world.client("robot").rest.issues.createComment(comment)).status).toBe(201);
  });

  test("a failing and a silent GitHub", async () => {
    world.github.faults.inject({ path: "/api/v3/user", times: 1, status: 502, body: "<html>Unicorn!</html>" });
    await expect(world.client("robot").rest.users.getAuthenticated()).rejects.toMatchObject({ status: 502 });
    world.github.faults.inject({
      path: "/api/v3/user",
      times: 1,
      status: 403,
      body: { message: "secondary" },
      headers: { "retry-after": "7" },
    });
    await expect(world.client("robot").rest.users.getAuthenticated()).rejects.toMatchObject({
      status: 403,
      response: { headers: { "retry-after": "7" } },
    });
    world.github.faults.inject({ path: "/api/v3/user", times: 1, hang: true });
    const signal = AbortSignal.timeout(50);
    await expect(world.client("robot").request("GET /user", { request: { signal } })).rejects.toThrow();
    expect((await world.client("robot").rest.users.getAuthenticated()).status).toBe(200);
  });
});
