import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGitHub } from "./client.ts";
import { readPulse, readSnapshot, type SnapshotReader } from "./read-snapshot.ts";

let simulator: GitHubSimulator;
let reader: SnapshotReader;
let costs: number[];

beforeAll(async () => {
  simulator = await startGitHub();
  for (const login of ["gregkonush", "stranger", "codex-automation"]) simulator.addUser({ login });
  await simulator.addRepository({ owner: "gregkonush", name: "lab", collaborators: { "codex-automation": "write" } });
  const github = createGitHub({ token: simulator.token("codex-automation"), baseUrl: simulator.apiUrl });
  costs = [];
  reader = { graphql: github.query, onRateLimit: ({ cost }) => costs.push(cost) };
});
afterAll(() => simulator.close());

const home = () => simulator.repository("gregkonush/lab");

test("an issue is read with everything the rules look at", async () => {
  const person = simulator.as("gregkonush");
  const bot = simulator.as("codex-automation");
  const issue = person.openIssue(home(), { title: "{{title}}", body: "a\r\nb `c`" });
  person.label(issue, "enhancement");
  bot.react(issue, "eyes");
  const ours = bot.comment(issue, "<!-- codex:plan -->");
  const theirs = simulator.as("stranger").comment(issue, "/approve");
  person.editComment(ours, "<!-- codex:plan --> edited");
  person.minimizeComment(theirs);
  person.react(ours, "+1");
  const snapshot = await readSnapshot(reader, "gregkonush/lab", issue.number);
  expect(snapshot).toMatchObject({
    viewer: { login: "codex-automation" },
    repository: { id: home().id, nameWithOwner: "gregkonush/lab", isPrivate: false, isArchived: false },
    issue: {
      id: issue.id,
      title: "{{title}}",
      state: "OPEN",
      author: { login: "gregkonush", id: person.user.id, type: "User" },
      labels: ["enhancement"],
      labelEvents: [{ label: "enhancement", actor: { login: "gregkonush" } }],
      reactions: [{ content: "EYES", user: { login: "codex-automation" } }],
    },
    comments: [
      {
        id: ours.id,
        viewerDidAuthor: true,
        editor: { login: "gregkonush" },
        reactions: [{ content: "THUMBS_UP", user: { id: person.user.id, type: "User" } }],
      },
      { id: theirs.id, viewerDidAuthor: false, isMinimized: true, author: { login: "stranger" } },
    ],
  });
  expect(snapshot?.repository.defaultBranch?.commit).toMatch(/^[0-9a-f]{40}$/);
  expect(snapshot?.comments[1]).not.toHaveProperty("lastEditedAt");
});

test("the last closing is told, also once the issue is open again and many labels came and went since", async () => {
  const person = simulator.as("gregkonush");
  const issue = person.openIssue(home(), { title: "on and off" });
  const read = async () => (await readSnapshot(reader, "gregkonush/lab", issue.number))?.issue;
  expect(await read()).not.toHaveProperty("closedAt");
  person.closeIssue(issue);
  const closed = await read();
  expect(closed).toMatchObject({ state: "CLOSED", closedAt: expect.stringMatching(/Z$/) });
  person.reopenIssue(issue);
  for (let i = 0; i < 101; i++) {
    person.label(issue, "enhancement");
    person.unlabel(issue, "enhancement");
  }
  expect(await read()).toMatchObject({ state: "OPEN", closedAt: closed?.closedAt });
});

test("what a deleted account wrote has no author", async () => {
  simulator.addUser({ login: "ghosted" });
  const issue = simulator.as("ghosted").openIssue(home(), { title: "left behind" });
  simulator.deleteUser("ghosted");
  const snapshot = await readSnapshot(reader, "gregkonush/lab", issue.number);
  expect(snapshot?.issue).not.toHaveProperty("author");
  expect(snapshot?.issue.body).toBe("");
});

test.each(["gregkonush/lab", "gregkonush/none", "nobody/lab"])("no such issue in %s is undefined", async (name) => {
  expect(await readSnapshot(reader, name, 9_999)).toBeUndefined();
});

test("more than a page of comments, and a flood of reactions on ours, are read to the end for a few points", async () => {
  const bot = simulator.as("codex-automation");
  const issue = bot.openIssue(home(), { title: "busy" });
  const plan = bot.comment(issue, "<!-- codex:plan -->");
  simulator.as("gregkonush").react(plan, "+1");
  for (let i = 0; i < 130; i++) {
    simulator.addUser({ login: `crowd-${i}` });
    simulator.as(`crowd-${i}`).react(plan, "+1");
    simulator.as(`crowd-${i}`).comment(issue, `remark ${i}`);
  }
  costs.length = 0;
  const snapshot = await readSnapshot(reader, "gregkonush/lab", issue.number);
  expect(snapshot?.comments.length).toBe(131);
  const logins = snapshot?.comments[0]?.reactions.map(({ user }) => user?.login);
  expect(logins?.length).toBe(131);
  expect(logins).toContain("gregkonush");
  expect(costs.reduce((sum, cost) => sum + cost)).toBeLessThanOrEqual(4);
  const [pulse] = await readPulse(reader, [plan.nodeId]);
  expect(pulse).toMatchObject({ id: plan.id, more: true, isMinimized: false });
});

test("an issue is read with as many comments as GitHub takes", async () => {
  const issue = simulator.as("stranger").openIssue(home(), { title: "flooded" });
  for (let i = 0; i < 2_500; i++) simulator.as("stranger").comment(issue, "x");
  const snapshot = await readSnapshot(reader, "gregkonush/lab", issue.number);
  expect(snapshot?.comments.length).toBe(2_500);
});

test("a pulse leaves out what is gone and costs a point for a hundred", async () => {
  const bot = simulator.as("codex-automation");
  const issue = bot.openIssue(home(), { title: "many plans" });
  const plans = Array.from({ length: 100 }, (_, i) => bot.comment(issue, `<!-- codex:plan --> ${i}`));
  const gone = plans[7];
  if (gone) bot.deleteComment(gone);
  costs.length = 0;
  const pulses = await readPulse(
    reader,
    plans.map(({ nodeId }) => nodeId),
  );
  expect(pulses.length).toBe(99);
  expect(costs).toEqual([1]);
});
