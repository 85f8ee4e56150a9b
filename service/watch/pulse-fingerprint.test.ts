import { expect, test } from "vitest";
import { bot, FakeGitHub, owner, stranger } from "../testing/fake-github.ts";
import { pulseFingerprint, pulseOf } from "./pulse-fingerprint.ts";

const policy = { approverIds: [1], trigger: { kind: "author" } } as const;

test.each<[string, boolean, (github: FakeGitHub, plan: ReturnType<FakeGitHub["plan"]>) => unknown]>([
  ["a listed person's 👍", true, (github, plan) => github.react(plan, owner)],
  ["somebody else's 👍", false, (github, plan) => github.react(plan, stranger)],
  ["another reaction", false, (github, plan) => github.react(plan, owner, "HEART")],
  ["our own mark", false, (github, plan) => github.react(plan, bot, "ROCKET")],
  ["an edit", true, (github, plan) => github.edit(plan, stranger, plan.body)],
  ["hiding", true, (_, plan) => Object.assign(plan, { isMinimized: true })],
  ["more 👍 than a page shows", true, (github, plan) => crowd(github, plan, 101)],
  ["fewer 👍 of strangers", false, (github, plan) => crowd(github, plan, 100)],
])("%s changes the pulse: %s", (_, changes, change) => {
  const github = new FakeGitHub();
  const plan = github.plan(github.open(github.repository("octocat/hello"), owner));
  const before = pulseFingerprint(pulseOf(plan), policy);
  github.wait(1);
  change(github, plan);
  expect(pulseFingerprint(pulseOf(plan), policy) !== before).toBe(changes);
});

test("with more 👍 than a page shows, each further one counts, for it may hide a listed one", () => {
  const github = new FakeGitHub();
  const plan = github.plan(github.open(github.repository("octocat/hello"), owner));
  crowd(github, plan, 150);
  const before = pulseFingerprint(pulseOf(plan), policy);
  github.react(plan, { id: 999, login: "one-more", type: "User" });
  expect(pulseFingerprint(pulseOf(plan), policy)).not.toBe(before);
});

function crowd(github: FakeGitHub, plan: ReturnType<FakeGitHub["plan"]>, count: number) {
  for (let id = 1000; id < 1000 + count; id++) github.react(plan, { id, login: `user-${id}`, type: "User" });
}
