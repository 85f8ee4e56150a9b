import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Comment, Issue } from "./store/records.ts";
import { startWorld, type World } from "./testing/world.ts";

let world: World;
let issue: Issue;
let plan: Comment;
beforeEach(async () => {
  world = await startWorld();
  issue = world.github.as("ada").openIssue(world.repository, { title: "wish", body: "text", labels: ["bug"] });
  plan = world.github.as("robot").comment(issue, "<!-- codex:plan -->");
});
afterEach(async () => {
  await world.github.close();
});

const ask = async <T = Record<string, unknown>>(query: string, variables: object = {}, login = "robot"): Promise<T> =>
  await world.client(login).graphql<T>(query, { ...variables });

/** What a refused query answers beside its message. */
const errorsOf = async (query: string, variables: object = {}, login = "robot"): Promise<unknown> =>
  await ask(query, variables, login).then(
    () => [],
    (error: { errors?: unknown }) => error.errors ?? error,
  );

const plansQuery = `query ($ids: [ID!]!) {
  rateLimit { cost limit remaining used resetAt nodeCount }
  viewer { login databaseId }
  nodes(ids: $ids) { ... on IssueComment {
    fullDatabaseId databaseId body createdAt lastEditedAt editor { login } isMinimized minimizedReason viewerDidAuthor
    author { __typename login ... on User { databaseId } }
    issue { id number state repository { databaseId nameWithOwner } }
    reactions(content: THUMBS_UP, first: 100, orderBy: { field: CREATED_AT, direction: DESC }) {
      totalCount pageInfo { hasNextPage endCursor } nodes { id createdAt content user { login databaseId } } } } } }`;

describe("plans and their reactions", () => {
  test("as the loop asks for them", async () => {
    world.pass(5);
    world.github.as("eve").react(plan);
    world.pass(5);
    world.github.as("ada").react(plan);
    world.github.as("ada").react(plan, "heart");
    const answer = await ask<{ nodes: unknown[]; rateLimit: unknown }>(plansQuery, { ids: [plan.nodeId] });
    expect(answer.rateLimit).toMatchObject({ cost: 1, limit: 5000, remaining: 4999, used: 1, nodeCount: 101 });
    expect(answer.nodes).toMatchObject([
      {
        fullDatabaseId: String(plan.id),
        databaseId: plan.id,
        viewerDidAuthor: true,
        isMinimized: false,
        lastEditedAt: null,
        editor: null,
        author: { __typename: "User", login: "robot" },
        issue: { number: 1, state: "OPEN", repository: { nameWithOwner: "ada/lab", databaseId: world.repository.id } },
        reactions: {
          totalCount: 2,
          nodes: [
            { content: "THUMBS_UP", createdAt: "2026-03-04T05:06:17Z", user: { login: "ada" } },
            { content: "THUMBS_UP", createdAt: "2026-03-04T05:06:12Z", user: { login: "eve" } },
          ],
        },
      },
    ]);
  });

  test("edits, minimizing, and a deleted account show", async () => {
    world.pass(5);
    world.github.as("ada").editComment(plan, "changed");
    await ask(
      "mutation ($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { minimizedComment { isMinimized } } }",
      { id: plan.nodeId },
    );
    expect(world.github.comments(world.repository, 1)[0]?.minimizedReason).toBe("outdated");
    world.github.as("eve").react(plan);
    world.github.deleteUser("eve");
    const { nodes } = await ask<{ nodes: unknown[] }>(plansQuery, { ids: [plan.nodeId] });
    expect(nodes).toMatchObject([
      {
        lastEditedAt: "2026-03-04T05:06:12Z",
        editor: { login: "ada" },
        isMinimized: true,
        minimizedReason: "outdated",
        reactions: { nodes: [{ user: null }] },
      },
    ]);
  });

  test("a hundred plans cost a point; a missing one is an error beside the others", async () => {
    for (let n = 0; n < 99; n++) world.github.as("robot").comment(issue, `plan ${n}`);
    const ids = world.github.comments(world.repository, 1).map(({ nodeId }) => nodeId);
    const token = world.github.token("robot");
    await world.client(null, token).graphql(plansQuery, { ids });
    expect(world.github.limits.spent(token, "graphql")).toBe(1);
    expect(world.github.requests.at(-1)?.graphqlCost).toBe(1);
    const errors = await errorsOf(plansQuery, { ids: [plan.nodeId, "IC_kwDOnothing"] });
    expect(errors).toMatchObject([
      {
        type: "NOT_FOUND",
        path: ["nodes", 1],
        message: "Could not resolve to a node with the global id of 'IC_kwDOnothing'",
      },
    ]);
  });
});

describe("issues", () => {
  test("one issue with all that the service reads", async () => {
    world.pass(5);
    world.github.as("ada").editIssue(issue, { body: "new text" });
    const { github, repository } = world;
    await github.commit(repository, { branch: "fix", files: { x: "1" }, from: "refs/heads/main" });
    const pull = await github
      .as("robot")
      .openPullRequest(repository, { head: "fix", base: "main", title: "Fix", body: "Closes #1" });
    const answer = await ask(`{ repository(owner: "ada", name: "lab") {
      id databaseId nameWithOwner isPrivate isArchived defaultBranchRef { name target { oid } }
      issue(number: 1) { id databaseId fullDatabaseId number title body state url createdAt updatedAt lastEditedAt
        editor { login } author { __typename login ... on User { databaseId } } viewerDidAuthor
        labels(first: 10) { nodes { name } }
        comments(last: 1) { totalCount nodes { body url } pageInfo { hasPreviousPage startCursor } }
        timelineItems(last: 5, itemTypes: [LABELED_EVENT]) { nodes { __typename ... on LabeledEvent { createdAt label { name } actor { login } } } }
        closedByPullRequestsReferences(first: 5) { nodes { number isDraft headRefName url state } } }
      pullRequests(first: 5, headRefName: "fix") { nodes { number fullDatabaseId repository { nameWithOwner } } } } }`);
    expect(answer).toMatchObject({
      repository: {
        defaultBranchRef: { name: "main", target: { oid: pull.pull.baseSha } },
        issue: {
          fullDatabaseId: String(issue.id),
          body: "new text",
          lastEditedAt: "2026-03-04T05:06:12Z",
          editor: { login: "ada" },
          viewerDidAuthor: false,
          labels: { nodes: [{ name: "bug" }] },
          comments: { totalCount: 1, nodes: [{ body: "<!-- codex:plan -->" }] },
          timelineItems: { nodes: [{ __typename: "LabeledEvent", label: { name: "bug" }, actor: { login: "ada" } }] },
          closedByPullRequestsReferences: { nodes: [{ number: 2, isDraft: false, headRefName: "fix", state: "OPEN" }] },
        },
        pullRequests: { nodes: [{ number: 2, fullDatabaseId: String(pull.pull.id) }] },
      },
    });
  });

  test("cursors lead through a list in both directions", async () => {
    for (let n = 2; n <= 5; n++) world.github.as("eve").comment(issue, `${n}`);
    const query = `query ($first: Int, $last: Int, $after: String, $before: String) { repository(owner: "ada", name: "lab") { issue(number: 1) {
      comments(first: $first, last: $last, after: $after, before: $before) { nodes { body } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }`;
    interface Page {
      repository: {
        issue: { comments: { nodes: { body: string }[]; pageInfo: Record<"startCursor" | "endCursor", string> } };
      };
    }
    const page = async (variables: object) => (await ask<Page>(query, variables)).repository.issue.comments;
    const first = await page({ first: 2 });
    const second = await page({ first: 2, after: first.pageInfo.endCursor });
    expect(second.nodes.map(({ body }) => body)).toEqual(["3", "4"]);
    const back = await page({ last: 1, before: second.pageInfo.startCursor });
    expect(back).toMatchObject({ nodes: [{ body: "2" }], pageInfo: { hasNextPage: true, hasPreviousPage: true } });
  });

  test("mutations: comments and reactions, with the caller's rights", async () => {
    const subject = { id: issue.nodeId };
    await ask(
      'mutation ($id: ID!) { addComment(input: { subjectId: $id, body: "hello" }) { commentEdge { node { body } } } }',
      subject,
    );
    expect(world.github.comments(world.repository, 1).at(-1)?.body).toBe("hello");
    await ask(
      "mutation ($id: ID!) { addReaction(input: { subjectId: $id, content: EYES }) { reaction { content } } }",
      subject,
    );
    expect(issue.reactions.map(({ content }) => content)).toEqual(["eyes"]);
    await ask(
      "mutation ($id: ID!) { removeReaction(input: { subjectId: $id, content: EYES }) { reaction { content } } }",
      subject,
    );
    expect(issue.reactions).toEqual([]);
    const minimize =
      "mutation ($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { clientMutationId } }";
    expect(await errorsOf(minimize, { id: plan.nodeId }, "eve")).toMatchObject([{ type: "FORBIDDEN" }]);
    expect(plan.minimizedReason).toBeNull();
  });
});

describe("cost and refusals", () => {
  test.each([
    [
      "one issue",
      '{ repository(owner: "ada", name: "lab") { issue(number: 1) { comments(first: 100) { nodes { id } } } } }',
      1,
    ],
    [
      "fifty issues, their comments and reactions: the documented 26",
      '{ repository(owner: "ada", name: "lab") { issues(first: 50) { nodes { comments(first: 50) { nodes { reactions(first: 20) { nodes { id } } } } } } } }',
      26,
    ],
    [
      "by a variable's default",
      'query ($n: Int = 50) { repository(owner: "ada", name: "lab") { issues(first: $n) { nodes { comments(first: $n) { nodes { reactions(last: 1) { totalCount } } } } } } }',
      26,
    ],
    [
      "through a fragment as well",
      'fragment F on Issue { comments(first: 50) { nodes { reactions(first: 1) { totalCount } } } } { repository(owner: "ada", name: "lab") { issues(first: 50) { nodes { ...F } } } }',
      26,
    ],
  ])("%s", async (_what, query, cost) => {
    await ask(query);
    expect(world.github.requests.at(-1)?.graphqlCost).toBe(cost);
  });

  test.each([
    [
      '{ repository(owner: "ada", name: "nope") { id } }',
      {
        type: "NOT_FOUND",
        path: ["repository"],
        message: "Could not resolve to a Repository with the name 'ada/nope'.",
      },
    ],
    [
      '{ repository(owner: "ada", name: "lab") { issue(number: 9) { id } } }',
      { type: "NOT_FOUND", message: "Could not resolve to an Issue with the number of 9." },
    ],
    ['{ repository(owner: "ada", name: "lab") { issues { totalCount } } }', { type: "MISSING_PAGINATION_BOUNDARIES" }],
    [
      '{ repository(owner: "ada", name: "lab") { issues(first: 101) { totalCount } } }',
      { type: "EXCESSIVE_PAGINATION" },
    ],
    [
      '{ repository(owner: "ada", name: "lab") { stargazerCount } }',
      { type: "NOT_SIMULATED", message: "field Repository.stargazerCount is not simulated" },
    ],
    ['{ repository(owner: "ada", name: "lab") { nonsense } }', { message: expect.stringContaining("nonsense") }],
    ["{", { message: expect.stringContaining("Syntax Error") }],
  ])("%s", async (query, error) => {
    expect(await errorsOf(query)).toMatchObject([error]);
  });

  test("an exhausted limit is answered with HTTP 200", async () => {
    const token = world.github.token("robot");
    world.github.limits.set(token, "graphql", 1);
    const client = world.client(null, token);
    await client.graphql("{ viewer { login } }");
    const post = () =>
      fetch(`${world.github.url}/api/graphql`, {
        method: "POST",
        headers: { authorization: `bearer ${token}` },
        body: JSON.stringify({ query: "{ viewer { login } }" }),
      });
    const refused = await post();
    expect(refused.status).toBe(200);
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    expect(await refused.json()).toMatchObject({ errors: [{ type: "RATE_LIMITED" }] });
    world.pass(3600);
    expect(await (await post()).json()).toEqual({ data: { viewer: { login: "robot" } } });
  });

  test("nobody asks, and a stranger sees no private node", async () => {
    await expect(world.client(null).graphql("{ viewer { login } }")).rejects.toMatchObject({ status: 401 });
    const secret = await world.github.addRepository({ owner: "ada", name: "secret", private: true });
    const hidden = world.github.as("ada").openIssue(secret, { title: "hush" });
    expect(await errorsOf("query ($id: ID!) { node(id: $id) { id } }", { id: hidden.nodeId }, "eve")).toMatchObject([
      { type: "NOT_FOUND" },
    ]);
    expect(await ask("query ($id: ID!) { node(id: $id) { id } }", { id: hidden.nodeId }, "ada")).toEqual({
      node: { id: hidden.nodeId },
    });
  });
});
