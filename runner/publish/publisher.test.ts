import {
  currentPlan,
  limits,
  markers,
  parsePlanBody,
  parseRunIds,
  planSha256,
  RunFailure,
  readPlans,
} from "@froussard/contract";
import { createGitHub } from "@froussard/github/client";
import { readSnapshot } from "@froussard/github/read-snapshot";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ProgressText, RunContext } from "../mediator/ports.ts";
import { createPublisher, type PublisherOptions } from "./publisher.ts";
import { ledger, plan, planningRun, type Scene, startScene } from "./testing/scene.ts";

let scene: Scene;
const undo: (() => void)[] = [];
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.simulator.close());
afterEach(() => {
  for (const each of undo.splice(0)) each();
});

const warnings: string[] = [];
const publisher = (options: Partial<PublisherOptions> = {}) =>
  createPublisher({
    github: scene.github,
    log: { warn: (message) => void warnings.push(message) },
    approvers: ["maintainer"],
    retryDelays: [0, 0],
    ...options,
  });
const inject = (rule: Parameters<Scene["simulator"]["faults"]["inject"]>[0]) =>
  undo.push(scene.simulator.faults.inject(rule));
const snapshotOf = async (number: number) => {
  const snapshot = await readSnapshot({ graphql: scene.github.query }, "maintainer/project", number);
  if (!snapshot) throw new Error("no such issue");
  return snapshot;
};
const commentsOf = async (number: number, marker: string) =>
  (await snapshotOf(number)).comments.filter(({ body }) => body.startsWith(marker));
const visible = async (number: number, marker: string) =>
  (await commentsOf(number, marker)).filter(({ isMinimized }) => !isMinimized);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "fulfilled",
    (error: unknown) => (error instanceof RunFailure ? error.code : String(error)),
  );
const policy = { approverIds: [] as number[], trigger: { kind: "author" as const } };
const newComment = { method: "POST", path: /\/issues\/\d+\/comments$/ };

describe("plan", () => {
  test("is a comment that reads back as the current plan, with the hash in its footer", async () => {
    const { number } = scene.openIssue();
    const run = await planningRun(scene.github, number);
    const { url } = await publisher().plan(run, plan, ledger);
    const snapshot = await snapshotOf(number);
    const verdict = currentPlan(snapshot, policy);
    if (!("plan" in verdict)) throw new Error(verdict.reason);
    expect(verdict.plan.comment.url).toBe(url);
    expect(verdict.plan.ids).toMatchObject({ taskId: run.taskId, baseCommit: run.base.commit });
    expect(verdict.plan.comment.body).toContain(`/approve ${verdict.plan.sha256.slice(0, 8)}`);
  });

  test("asked for twice is there once", async () => {
    const { number } = scene.openIssue();
    const run = await planningRun(scene.github, number);
    const first = await publisher().plan(run, plan, ledger);
    const second = await publisher().plan(run, { ...plan, summary: "Another." }, ledger);
    expect(second).toEqual(first);
    expect(await commentsOf(number, markers.plan)).toHaveLength(1);
  });

  test.each([
    ["the answer is lost", { ...newComment, dropConnection: "after" as const, times: 1 }],
    ["the request is lost", { ...newComment, dropConnection: "before" as const, times: 1 }],
    ["GitHub fails twice", { ...newComment, status: 502, times: 2 }],
  ])("is there once when %s", async (_, rule) => {
    const { number } = scene.openIssue();
    const run = await planningRun(scene.github, number);
    inject(rule);
    await publisher().plan(run, plan, ledger);
    expect(await commentsOf(number, markers.plan)).toHaveLength(1);
  });

  test("GitHub that stays down is told as such, and the client does not repeat creations by itself", async () => {
    const { number } = scene.openIssue();
    const run = await planningRun(scene.github, number);
    inject({ ...newComment, status: 503 });
    const before = scene.simulator.requests.length;
    const github = createGitHub({ token: scene.token, baseUrl: scene.simulator.apiUrl, paceWrites: false });
    expect(await codeOf(publisher({ github, retryDelays: [0] }).plan(run, plan, ledger))).toBe("github-unavailable");
    const tries = scene.simulator.requests
      .slice(before)
      .filter(({ method, path }) => method === "POST" && newComment.path.test(path));
    expect(tries).toHaveLength(2);
  });

  test("two publishers at once leave one visible plan, the oldest, and agree on it", async () => {
    const { number } = scene.openIssue();
    const run = await planningRun(scene.github, number);
    const urls = await Promise.all([publisher(), publisher(), publisher()].map((each) => each.plan(run, plan, ledger)));
    const [only, ...others] = await visible(number, markers.plan);
    expect(others).toEqual([]);
    const all = await commentsOf(number, markers.plan);
    expect(only?.id).toBe(Math.min(...all.map(({ id }) => id)));
    expect((await publisher().plan(run, plan, ledger)).url).toBe(only?.url);
    for (const { url } of urls) expect(all.map((each) => each.url)).toContain(url);
  });

  test("of a new request folds the older plans away", async () => {
    const issue = scene.openIssue();
    await publisher().plan(await planningRun(scene.github, issue.number), plan, ledger);
    const request = scene.simulator.as("maintainer").comment(issue, "/replan shorter");
    const again = await planningRun(scene.github, issue.number, `command:${request.id}`);
    const { url } = await publisher().plan(again, { ...plan, summary: "Shorter." }, ledger);
    expect((await visible(issue.number, markers.plan)).map((comment) => comment.url)).toEqual([url]);
    expect(await commentsOf(issue.number, markers.plan)).toHaveLength(2);
  });

  test("a stranger's comment with our marker and ids is not taken for ours", async () => {
    const issue = scene.openIssue();
    const run = await planningRun(scene.github, issue.number);
    const { url } = await publisher().plan(run, plan, ledger);
    const [ours] = await commentsOf(issue.number, markers.plan);
    const other = scene.openIssue();
    scene.simulator.as("stranger").comment(other, ours?.body ?? "");
    const mine = await publisher().plan(await planningRun(scene.github, other.number), plan, ledger);
    expect(mine.url).not.toBe(url);
    expect(await commentsOf(other.number, markers.plan)).toHaveLength(2);
  });

  test("too long for a comment is cut inside, visibly, and stays a plan", async () => {
    const { number } = scene.openIssue();
    const run = await planningRun(scene.github, number);
    const long = "& < ".repeat(990);
    const steps = Array.from({ length: 30 }, (_, index) => ({ title: `Step ${index}`, detail: long }));
    await publisher().plan(run, { ...plan, steps }, ledger);
    const [comment] = readPlans(await snapshotOf(number));
    expect(comment?.text).toContain("**Cut here**");
    expect(comment?.comment.body.length).toBeGreaterThan(limits.githubBodyCharacters * 0.7);
    expect(comment?.comment.body.length).toBeLessThanOrEqual(limits.githubBodyCharacters);
  });

  test.each([
    ["a wrong token", { status: 401, body: { message: "Bad credentials" } }, "bad-credentials"],
    [
      "a locked issue",
      { status: 403, body: { message: "Unable to create comment because issue is locked." } },
      "forbidden",
    ],
  ])("%s is told, once", async (_, answer, code) => {
    const { number } = scene.openIssue();
    const run = await planningRun(scene.github, number);
    inject({ ...newComment, ...answer });
    expect(await codeOf(publisher().plan(run, plan, ledger))).toBe(code);
  });

  test("an issue that is gone", async () => {
    const issue = scene.openIssue();
    const run = await planningRun(scene.github, issue.number);
    scene.simulator.as("maintainer").deleteIssue(issue);
    expect(await codeOf(publisher().plan(run, plan, ledger))).toMatch(/invalid-task|forbidden/);
  });
});

describe("progress", () => {
  const text = (done: boolean, more: Partial<ProgressText> = {}): ProgressText => ({
    state: "working",
    report: { activity: "reading", todo: [{ text: "look @octocat <b>", done }] },
    ledger,
    record: { state: "working", note: "--> <!-- codex:plan -->" },
    ...more,
  });

  test("is one comment that is edited, by a later process too, and folded away at the end", async () => {
    const { number } = scene.openIssue();
    const run = await planningRun(scene.github, number);
    const first = publisher();
    await first.progress(run, text(false));
    await first.progress(run, text(true));
    await publisher().progress(run, text(true, { state: "ended", url: "https://example.org/x" }));
    const comments = await commentsOf(number, markers.progress);
    expect(comments).toHaveLength(1);
    expect(comments[0]?.isMinimized).toBe(true);
    expect(parseRunIds(markers.progress, comments[0]?.body ?? "")).toMatchObject({
      taskId: run.taskId,
      record: { state: "working", note: "--> <!-- codex:plan -->" },
    });
  });

  test("that changes nothing asks nothing of GitHub, and a comment that was deleted is made again", async () => {
    const issue = scene.openIssue();
    const run = await planningRun(scene.github, issue.number);
    const one = publisher();
    await one.progress(run, text(false));
    const before = scene.simulator.requests.length;
    await one.progress(run, text(false));
    expect(scene.simulator.requests).toHaveLength(before);
    const [comment] = scene.simulator.comments(scene.repository, issue.number);
    if (!comment) throw new Error("no comment");
    scene.simulator.as("codex-bot").deleteComment(comment);
    await one.progress(run, text(true));
    expect(await commentsOf(issue.number, markers.progress)).toHaveLength(1);
  });
});

describe("pull request and result", () => {
  async function implementation(): Promise<RunContext> {
    const issue = scene.openIssue();
    await publisher().plan(await planningRun(scene.github, issue.number), plan, ledger);
    const verdict = currentPlan(await snapshotOf(issue.number), policy);
    if (!("plan" in verdict)) throw new Error(verdict.reason);
    const found = verdict.plan;
    const run = await planningRun(scene.github, issue.number, `plan:${found.comment.id}:${found.sha256}`);
    const branch = `codex/issue-${issue.number}-${run.subjectId.slice(0, 8)}`;
    await scene.simulator.commit(scene.repository, { files: { [`${branch}.txt`]: "x" }, branch, from: "main" });
    return { ...run, implementation: { plan: found, branch, approvedBy: "maintainer", issueEditedSincePlan: true } };
  }
  const report = { title: "Add the flag, fixes #1 @octocat", summary: "Done. cc @octocat", tests: ["npm test"] };
  const files = [
    { path: "src/cli.js", status: "modified" as const },
    { path: "extra.js", status: "added" as const },
  ];
  const input = { report, files, ledger };

  test("is a draft that closes the issue and shows the drift from the plan", async () => {
    const run = await implementation();
    const { number, url } = await publisher().pullRequest(run, input);
    const { data } = await scene.github.rest.pulls.get({ owner: "maintainer", repo: "project", pull_number: number });
    expect(data).toMatchObject({ draft: true, html_url: url, title: "Add the flag, fixes # 1 @ octocat" });
    expect(data.head.ref).toBe(run.implementation?.branch);
    expect(data.body?.split("\n")[0]).toBe(`Closes #${run.snapshot.issue.number}`);
    expect(data.body).toContain("**Changed, but not named in the plan**\n\n- added `extra.js`");
    expect(data.body).toContain("**Named in the plan, but not changed**\n\n- `test/cli.test.js`");
    expect(data.body).toContain("The issue was edited after the plan was made");
    expect(data.body?.match(/#\d/g)).toHaveLength(1);
    expect(data.body?.replaceAll(/`[^`]*`/g, "")).not.toMatch(/@\w/);
  });

  test.each([
    ["nothing goes wrong", undefined],
    ["the answer is lost", { method: "POST", path: /\/pulls$/, dropConnection: "after" as const, times: 1 }],
    ["GitHub fails", { method: "POST", path: /\/pulls$/, status: 500, times: 2 }],
  ])("is there once when %s", async (_, rule) => {
    const run = await implementation();
    if (rule) inject(rule);
    const first = await publisher().pullRequest(run, input);
    const [second, third] = await Promise.all([
      publisher().pullRequest(run, input),
      publisher().pullRequest(run, input),
    ]);
    expect([second, third]).toEqual([first, first]);
    expect(scene.simulator.pulls(scene.repository).filter(({ number }) => number === first.number)).toHaveLength(1);
    expect((await publisher().find(run)).pullRequest).toEqual(first);
  });

  test("two at once open one", async () => {
    const run = await implementation();
    const before = scene.simulator.pulls(scene.repository).length;
    const [one, two] = await Promise.all([publisher().pullRequest(run, input), publisher().pullRequest(run, input)]);
    expect(one).toEqual(two);
    expect(scene.simulator.pulls(scene.repository)).toHaveLength(before + 1);
  });

  test("somebody else's of our branch is not ours", async () => {
    const run = await implementation();
    await scene.simulator
      .as("maintainer")
      .openPullRequest(scene.repository, { head: run.implementation?.branch ?? "", base: "main", title: "x" });
    expect(await publisher().find(run)).not.toHaveProperty("pullRequest");
    expect(await codeOf(publisher().pullRequest(run, input))).toBe("branch-taken");
  });

  test("a branch without a commit, and a repository without drafts", async () => {
    const run = await implementation();
    const empty = { ...run, implementation: { ...run.implementation, branch: "codex/empty" } } as RunContext;
    await scene.simulator.commit(scene.repository, { files: {}, branch: "codex/empty", from: "main" }).catch(() => {});
    inject({
      method: "POST",
      path: /\/pulls$/,
      times: 1,
      status: 422,
      body: { message: "Validation Failed", errors: [{ message: "No commits between main and codex/empty" }] },
    });
    expect(await codeOf(publisher().pullRequest(empty, input))).toBe("no-changes");
    inject({
      method: "POST",
      path: /\/pulls$/,
      times: 1,
      status: 422,
      body: { message: "Draft pull requests are not supported in this repository." },
    });
    const { number } = await publisher().pullRequest(run, input);
    expect(scene.simulator.pulls(scene.repository).find((pull) => pull.number === number)?.title).toMatch(
      /^\[draft\] /,
    );
  });

  test("the result is one comment with the link; failures before it are folded away, none comes after", async () => {
    const run = await implementation();
    const { number } = run.snapshot.issue;
    const failed = { outcome: "failed", code: "github-unavailable", detail: "<b> @x", ledger } as const;
    await publisher().result(run, failed);
    await publisher().result(run, failed);
    expect(await visible(number, markers.result)).toHaveLength(1);
    const pullRequest = { url: "https://github.example/pull/1", number: 1 };
    await publisher().result(run, { outcome: "done", pullRequest, ledger });
    await publisher().result(run, { outcome: "done", pullRequest, ledger });
    await publisher().result(run, failed);
    const shown = await visible(number, markers.result);
    expect(shown).toHaveLength(1);
    expect(parseRunIds(markers.result, shown[0]?.body ?? "")).toMatchObject({ outcome: "done", taskId: run.taskId });
    expect(shown[0]?.body).toContain(pullRequest.url);
    expect(await commentsOf(number, markers.result)).toHaveLength(2);
  });
});

describe("labels", () => {
  test("one state label, made when missing; others stay", async () => {
    const issue = scene.openIssue();
    scene.simulator.as("maintainer").label(issue, "bug");
    const run = await planningRun(scene.github, issue.number);
    const of = () => scene.simulator.labels(scene.repository, issue.number).sort();
    await publisher().label(run, "codex:planning");
    expect(of()).toEqual(["bug", "codex:planning"]);
    await publisher().label(run, "codex:awaiting-approval");
    expect(of()).toEqual(["bug", "codex:awaiting-approval"]);
    await publisher().label(run, undefined);
    expect(of()).toEqual(["bug"]);
  });

  test("a refusal is logged and goes no further", async () => {
    const { number } = scene.openIssue();
    const run = await planningRun(scene.github, number);
    inject({ path: /labels/, status: 403, body: { message: "Resource not accessible by personal access token" } });
    warnings.length = 0;
    await publisher().label(run, "codex:failed");
    expect(warnings).toEqual([expect.stringContaining("codex:failed could not be set")]);
  });
});

test("the hash in the footer is the one that approval computes", async () => {
  const { number } = scene.openIssue();
  const run = await planningRun(scene.github, number);
  await publisher().plan(run, plan, ledger);
  const [comment] = await commentsOf(number, markers.plan);
  const body = parsePlanBody(comment?.body ?? "");
  expect(comment?.body).toContain(`\`/approve ${planSha256(body?.text ?? "", run.base.commit).slice(0, 8)}\``);
});
