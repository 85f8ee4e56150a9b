import { markers } from "@froussard/contract";
import { beforeEach, expect, test } from "vitest";
import { nextTask } from "./next-task.ts";
import { bot, FakeGitHub, type FakeIssue, owner, stranger } from "./testing/fake-github.ts";
import { unansweredSince } from "./unanswered-since.ts";

const policy = {
  approverIds: [1],
  trigger: { kind: "author" },
  since: "2026-03-01T00:00:00Z",
  branchPrefix: "codex/issue-",
  deadlineMinutes: 60,
} as const;
const memory = { liveTasks: new Set<string>(), published: () => undefined };

let github: FakeGitHub;
let on: FakeIssue;

beforeEach(() => {
  github = new FakeGitHub();
  on = github.open(github.repository("octocat/hello"), owner);
});

const since = () => unansweredSince(github.snapshot(on), policy, github.now, memory);
const after = (seconds: number) => new Date(Date.parse(on.issue.createdAt) + seconds * 1000).toISOString();
const at = (text: string | undefined) => text && new Date(text).toISOString();

test.each<[string, () => unknown]>([
  ["nothing has happened yet", () => {}],
  ["the task was published", () => github.react(on.issue, bot, "EYES")],
  ["a run is under way", () => github.progress(on, "planning", "issue")],
  ["somebody else says what looks like a plan", () => github.comment(on, stranger, `${markers.plan}\nx`)],
])("an issue waits since it was opened while %s", (_, change) => {
  github.wait(30);
  change();
  github.wait(3600);
  expect(at(since())).toBe(after(0));
});

test.each<[string, () => unknown]>([
  ["its plan stands there", () => github.plan(on)],
  ["the run has failed", () => github.result(on, "planning", "issue", "failed", "idle")],
  ["it is closed", () => github.setState(on, "CLOSED")],
  ["it is kept out by its label", () => github.label(on, owner, "codex:skip")],
  ["it was cancelled", () => github.comment(on, owner, "/cancel")],
  ["it is somebody else's", () => Object.assign(on.issue, { author: stranger })],
])("nobody waits for a plan when %s", (_, change) => {
  github.wait(30);
  change();
  expect(since()).toBeUndefined();
});

test("a /replan waits since it was said, until its plan stands there", () => {
  github.wait(30).plan(on);
  const replan = github.wait(30).comment(on, owner, "/replan in green");
  github.wait(30);
  expect(at(since())).toBe(after(60));
  github.plan(on, `command:${replan.id}`);
  expect(since()).toBeUndefined();
});

test("a /retry of a failed planning waits since it was said", () => {
  github.wait(30).result(on, "planning", "issue", "failed", "idle");
  github.wait(30).comment(on, owner, "/retry");
  expect(at(since())).toBe(after(60));
});

test("a command that we asked back about waits for its author", () => {
  github.wait(30).plan(on);
  const plan = github.wait(30).comment(on, owner, "/plan");
  const { tell } = nextTask(github.snapshot(on), policy, github.now, memory);
  expect(tell).toMatchObject([{ kind: "note", code: "plan-exists", cause: `comment:${plan.id}` }]);
  expect(since()).toBeUndefined();
});

test("an approved plan is work, not an unanswered question", () => {
  const plan = github.wait(30).plan(on);
  github.wait(30).react(plan, owner);
  github.wait(30);
  expect(nextTask(github.snapshot(on), policy, github.now, memory)).toMatchObject({
    task: { stage: "implementation" },
  });
  expect(since()).toBeUndefined();
});
