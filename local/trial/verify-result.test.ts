import {
  type About,
  branchName,
  type Comment,
  defaultBranchPrefix,
  type IssueSnapshot,
  markedComment,
  markers,
  planSha256,
  type RunIds,
  subjectId,
  taskId,
} from "@froussard/contract";
import {
  at,
  base,
  bot,
  buildSnapshot,
  comment,
  maintainer,
  planComment,
  reaction,
  stranger,
} from "@froussard/contract/testing/build-snapshot";
import { expect, test } from "vitest";
import type { CommitFacts, PullFacts } from "./pull-facts.ts";
import { type TrialFacts, verifyResult } from "./verify-result.ts";

const text = "## Plan\n\n1. Add the option.";
const about: About = `plan:10:${planSha256(`\n${text}\n`, base.commit)}`;
const subject = subjectId({ repositoryId: 501, issueId: 7001, stage: "implementation", about });
const task = taskId("implementation", 12, subject, 0);
const ids: RunIds = { taskId: task, subjectId: subject, about, stage: "implementation" };
const pullUrl = "https://github.com/gregkonush/lab/pull/13";

const plan = (changes: Partial<Comment> = {}) =>
  planComment(10, { text, minute: 2, reactions: [reaction("THUMBS_UP", at(3))], ...changes });
const progress = (minute = 4) => comment(20, { author: bot, body: markedComment(markers.progress, ids, "…"), minute });
const result = (body = `There: ${pullUrl}`, id = 30) =>
  comment(id, { author: bot, body: markedComment(markers.result, { ...ids, outcome: "done" }, body), minute: 9 });
const commit = (changes: Partial<CommitFacts> = {}): CommitFacts => ({
  sha: "0123456789abcdef",
  authorName: "codex-automation",
  committerName: "codex-automation",
  message: `Add an option\n\nIt shouts.\n\nCodex-Task: ${task}\n`,
  ...changes,
});
const pull = (changes: Partial<PullFacts> = {}): PullFacts => ({
  number: 13,
  url: pullUrl,
  author: bot.login,
  state: "open",
  isDraft: true,
  title: "Add an option",
  body: "Closes #12\n\nText.",
  headBranch: branchName(defaultBranchPrefix, 12, subject),
  baseBranch: "main",
  changedFiles: 2,
  commits: [commit()],
  ...changes,
});
const facts = (comments: Comment[], pulls: PullFacts[], changes: Partial<TrialFacts> = {}): TrialFacts => ({
  snapshot: asSeenByThePerson(buildSnapshot(comments)),
  pulls,
  base: "main",
  branchPrefix: defaultBranchPrefix,
  ...changes,
});
/** A person's token: nothing of the pipeline's is its own. */
function asSeenByThePerson(snapshot: IssueSnapshot): IssueSnapshot {
  const comments = snapshot.comments.map((each) => ({ ...each, viewerDidAuthor: false }));
  return { ...snapshot, viewer: { id: 11, login: maintainer.login }, comments };
}
const all = [plan(), progress(), result()];
const failing = (given: TrialFacts) => verifyResult(given).flatMap(({ id, ok }) => (ok ? [] : [id]));

test("what the specification promises is found right", () => {
  const checks = verifyResult(facts(all, [pull()], { account: bot.login }));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(checks.map(({ id }) => id)).toEqual([
    ...["one-plan", "approved", "one-pull-request", "draft", "branch", "base", "closing-word", "linking-comment"],
    ...["changes", "commits", "account"],
  ]);
});

test.each<[string, TrialFacts, string[]]>([
  [
    "no plan and nothing after it",
    facts([], []),
    [
      ...["one-plan", "approved", "one-pull-request", "draft", "branch", "base", "closing-word", "linking-comment"],
      ...["changes", "commits", "account"],
    ],
  ],
  ["a second plan comment", facts([...all, { ...plan(), id: 40 }], [pull()]), ["one-plan"]],
  [
    "a plan whose ids are another issue's",
    facts([plan({ body: planComment(10, { ids: { issueId: 1 } }).body }), progress(), result()], [pull()]),
    ["one-plan", "branch", "commits"],
  ],
  [
    "a plan of another subject",
    facts(
      [plan({ body: planComment(10, { ids: { subjectId: "0123456789abcdef" } }).body }), progress(), result()],
      [pull()],
    ),
    ["one-plan", "branch", "commits"],
  ],
  ["no approval", facts([plan({ reactions: [] }), progress(), result()], [pull()]), ["approved"]],
  [
    "an approval no later than the plan",
    facts([plan({ reactions: [reaction("THUMBS_UP", at(2))] }), progress(), result()], [pull()]),
    ["approved"],
  ],
  [
    "an approval that came after the work, whose progress is folded away by now",
    facts(
      [plan({ reactions: [reaction("THUMBS_UP", at(5))] }), { ...progress(3), isMinimized: true }, result()],
      [pull()],
    ),
    ["approved"],
  ],
  [
    "an approval that came after the work",
    facts(
      [plan(), progress(3), result()].map((each) =>
        each.id === 10 ? plan({ reactions: [reaction("THUMBS_UP", at(5))] }) : each,
      ),
      [pull()],
    ),
    ["approved"],
  ],
  [
    "no pull request",
    facts(all, []),
    ["one-pull-request", "draft", "branch", "base", "closing-word", "linking-comment", "changes", "commits"],
  ],
  ["two pull requests", facts(all, [pull(), pull({ number: 14 })]), ["one-pull-request"]],
  ["a closed pull request", facts(all, [pull({ state: "closed" })]), ["one-pull-request"]],
  ["a pull request that is no draft", facts(all, [pull({ isDraft: false })]), ["draft"]],
  ["a branch of another name", facts(all, [pull({ headBranch: "codex/issue-12-00000000" })]), ["branch"]],
  ["another base", facts(all, [pull({ baseBranch: "develop" })]), ["base"]],
  ["no closing word", facts(all, [pull({ body: "For #12" })]), ["closing-word"]],
  ["a closing word for another issue", facts(all, [pull({ body: "Closes #123" })]), ["closing-word"]],
  ["no linking comment", facts([plan(), progress()], [pull()]), ["linking-comment"]],
  ["a comment without the link", facts([plan(), progress(), result("Done.")], [pull()]), ["linking-comment"]],
  ["two comments that link", facts([...all, result(undefined, 31)], [pull()]), ["linking-comment"]],
  ["a second result that links to nothing", facts([...all, result("Done.", 31)], [pull()]), ["linking-comment"]],
  ["a change of nothing", facts(all, [pull({ changedFiles: 0 })]), ["changes"]],
  ["no commit", facts(all, [pull({ commits: [] })]), ["commits"]],
  ["a commit by somebody else", facts(all, [pull({ commits: [commit({ authorName: "mallory" })] })]), ["commits"]],
  ["somebody else's committing", facts(all, [pull({ commits: [commit({ committerName: "GitHub" })] })]), ["commits"]],
  ["a commit without the trailer", facts(all, [pull({ commits: [commit({ message: "Add\n" })] })]), ["commits"]],
  [
    "a trailer in the middle of the text",
    facts(all, [pull({ commits: [commit({ message: `Add\n\nCodex-Task: ${task}\n\nMore.\n` })] })]),
    ["commits"],
  ],
  [
    "another task's commit",
    facts(all, [
      pull({ commits: [commit({ message: "Add\n\nCodex-Task: codex-implementation-12-0123456789abcdef\n" })] }),
    ]),
    ["commits"],
  ],
  ["another account's pull request", facts(all, [pull({ author: stranger.login })]), ["account"]],
  ["another account than was said", facts(all, [pull()], { account: "codex-automation" }), ["account"]],
])("%s is found", (_, given, ids) => {
  expect(failing(given)).toEqual(ids);
});

test("an approval by comment, and a commit that holds checks back, are right too", () => {
  const approved = [plan({ reactions: [] }), comment(15, { body: "/approve", minute: 3 }), progress(), result()];
  const held = commit({ message: `Add\n\nText.\n\n\nCodex-Task: ${task}\nskip-checks: true\n` });
  expect(failing(facts(approved, [pull({ commits: [held] })]))).toEqual([]);
});

test("an App is one account, by whichever of its two names", () => {
  const pulls = [pull({ author: `${bot.login}[bot]` })];
  for (const account of [undefined, bot.login, `${bot.login}[bot]`])
    expect(failing(facts(all, pulls, { account }))).toEqual([]);
});

test("a run that was tried again is of another task, and right", () => {
  const again = taskId("implementation", 12, subject, 25);
  const body = markedComment(markers.result, { ...ids, taskId: again, outcome: "done" }, pullUrl);
  const retried = commit({ message: `Add\n\nCodex-Task: ${again}\n` });
  const comments = [plan(), progress(), comment(30, { author: bot, body, minute: 9 })];
  expect(failing(facts(comments, [pull({ commits: [retried] })]))).toEqual([]);
});
