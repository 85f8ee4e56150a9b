import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import {
  currentPlan,
  type IssueSnapshot,
  markerPrefix,
  markers,
  parseRunIds,
  RunFailure,
  reportOutputs,
  subjectId,
  taskId,
} from "@froussard/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGitHubFacts } from "../mediator/github-facts.ts";
import type { RunContext } from "../mediator/ports.ts";
import { newRecord, type RunRecord } from "../mediator/record.ts";
import { createRecordStore } from "../mediator/record-store.ts";
import { accountOf, accountSchema } from "../mediator/run-account.ts";
import { createPublisher } from "../publish/publisher.ts";
import { ledger, plan, planningRun, type Scene, startScene } from "../publish/testing/scene.ts";
import type { TaskClaim } from "../settings.ts";
import { type ReportOptions, report } from "./report.ts";

let scene: Scene;
let approverId: number;
/** How far GitHub's clock is ahead, in milliseconds. */
let ahead = 0;
beforeAll(async () => {
  scene = await startScene(() => new Date(Date.now() + ahead));
  const { data } = await scene.github.rest.users.getByUsername({ username: "maintainer" });
  approverId = Number(data.id);
});
afterAll(() => scene.simulator.close());

const publisher = () =>
  createPublisher({ github: scene.github, log: { warn() {} }, approvers: ["maintainer"], retryDelays: [0] });
const policy = () => ({ approverIds: [approverId], trigger: { kind: "author" as const } });
const claimOf = ({ stage, taskId, snapshot, about }: RunContext, more: Partial<TaskClaim> = {}): TaskClaim => ({
  TASK_STAGE: stage,
  TASK_ID: taskId,
  TASK_REPOSITORY: snapshot.repository.nameWithOwner,
  TASK_ISSUE_NUMBER: snapshot.issue.number,
  TASK_DRY_RUN: false,
  ...(about.startsWith("plan:") && {
    TASK_PLAN_COMMENT_ID: Number(about.split(":")[1]),
    TASK_PLAN_SHA256: about.split(":")[2],
  }),
  ...more,
});
const run = (context: RunContext, more: Partial<ReportOptions> = {}) =>
  report({
    claim: claimOf(context),
    policy: policy(),
    branchPrefix: "codex/issue-",
    isServed: () => true,
    runsPerIssue: 10,
    facts: createGitHubFacts(scene.github),
    publisher: publisher(),
    succeeded: false,
    record: undefined,
    grace: { totalMs: 0, intervalMs: 1 },
    log: { warn() {} },
    ...more,
  });
const record = ({ taskId }: RunContext, changes: Partial<RunRecord>): RunRecord => ({
  ...newRecord(taskId, ledger),
  ...changes,
});
const commentsOf = async ({ snapshot }: { snapshot: IssueSnapshot }, marker: string) =>
  (await planningRun(scene.github, snapshot.issue.number)).snapshot.comments.filter(({ body }) =>
    body.startsWith(marker),
  );
const labelsOf = ({ snapshot }: RunContext) => scene.simulator.labels(scene.repository, snapshot.issue.number);

async function planned() {
  const planning = await planningRun(scene.github, scene.openIssue().number);
  await publisher().plan(planning, plan, ledger);
  const { snapshot } = await planningRun(scene.github, planning.snapshot.issue.number);
  const verdict = currentPlan(snapshot, policy());
  if (!("plan" in verdict)) throw new Error(verdict.reason);
  const { comment, sha256 } = verdict.plan;
  const context = await planningRun(scene.github, snapshot.issue.number, `plan:${comment.id}:${sha256}`);
  const branch = `codex/issue-${snapshot.issue.number}-${context.subjectId.slice(0, 8)}`;
  const implementation = { plan: verdict.plan, branch, approvedBy: "maintainer", issueEditedSincePlan: false };
  return { planning, context: { ...context, implementation } };
}

describe("what is there is reported as done", () => {
  test("a plan, without another comment", async () => {
    const { planning } = await planned();
    const answer = await run(planning, { record: record(planning, { state: "closed", outcome: "done" }) });
    expect(answer).toMatchObject({
      outcome: "done",
      planCommentUrl: expect.stringContaining("#issuecomment-"),
      usage: { ...ledger, taskId: planning.taskId, stage: "planning", attempts: 0, outcome: "done" },
    });
    expect(await commentsOf(planning, markers.result)).toEqual([]);
    expect(labelsOf(planning)).toEqual(["codex:awaiting-approval"]);
  });

  test("a pull request that the mediator did not get to tell, told once", async () => {
    const { context } = await planned();
    const { branch } = context.implementation;
    await scene.simulator.commit(scene.repository, { files: { x: branch }, branch, from: "main" });
    const opened = await publisher().pullRequest(context, {
      report: { title: "t", summary: "s", tests: [] },
      files: [],
      ledger,
    });
    for (let time = 0; time < 2; time++)
      expect(await run(context)).toEqual({ outcome: "done", pullRequestUrl: opened.url });
    const [result, ...more] = await commentsOf(context, markers.result);
    expect(more).toEqual([]);
    expect(result?.body).toContain(opened.url);
    expect(labelsOf(context)).toEqual(["codex:pr-open"]);
  });
});

describe("what is not there is told", () => {
  test("with the record's code, once, and the progress comment ends", async () => {
    const { context } = await planned();
    const closed = record(context, {
      state: "closed",
      outcome: "failed",
      code: "idle",
      detail: "ten minutes",
      attempts: 3,
    });
    await publisher().progress(context, { state: "working", ledger, record: closed });
    for (let time = 0; time < 2; time++)
      expect(await run(context, { record: closed })).toEqual({
        ...{ outcome: "failed", code: "idle" },
        usage: accountOf(closed, "implementation", { outcome: "failed", code: "idle" }),
      });
    const [result, ...more] = await commentsOf(context, markers.result);
    expect(more).toEqual([]);
    expect(parseRunIds(markers.result, result?.body ?? "")).toMatchObject({ outcome: "failed", code: "idle" });
    // Progress and result, two for the stage; the plan is the other stage's.
    expect(await commentsOf(context, markerPrefix)).toHaveLength(3);
    expect(result?.body).toContain(
      "It was tried 3 times; it is not tried again by itself. This issue has 9 runs left.",
    );
    const [progress] = await commentsOf(context, markers.progress);
    expect(progress).toMatchObject({ isMinimized: true, body: expect.stringContaining(result?.url ?? "?") });
    expect(labelsOf(context)).toEqual(["codex:failed"]);
  });

  test("with the record of the progress comment, where there is no folder", async () => {
    const { context } = await planned();
    const closed = record(context, { state: "closed", outcome: "failed", code: "budget-exhausted" });
    await publisher().progress(context, { state: "working", ledger, record: closed });
    expect(await run(context)).toMatchObject({
      outcome: "failed",
      code: "budget-exhausted",
      usage: { ...ledger, attempts: 0, code: "budget-exhausted" },
    });
  });

  test("waiting for a mediator that is still publishing", async () => {
    const { context } = await planned();
    await publisher().progress(context, { state: "publishing", ledger, record: record(context, { state: "result" }) });
    const { branch } = context.implementation;
    let looks = 0;
    const facts = createGitHubFacts(scene.github);
    const answer = await run(context, {
      grace: { totalMs: 100, intervalMs: 1 },
      facts: {
        ...facts,
        async issue(repository, number) {
          if (++looks === 3) {
            await scene.simulator.commit(scene.repository, { files: { x: branch }, branch, from: "main" });
            await publisher().pullRequest(context, {
              report: { title: "t", summary: "s", tests: [] },
              files: [],
              ledger,
            });
          }
          return facts.issue(repository, number);
        },
      },
    });
    expect(answer.outcome).toBe("done");
    expect(looks).toBe(3);
  });

  test("without any word of the run", async () => {
    const context = await planningRun(scene.github, scene.openIssue().number);
    expect(await run(context)).toEqual({ outcome: "failed", code: "no-progress" });
    expect((await commentsOf(context, markers.result))[0]?.body).toContain("not known, for the run left no record");
    expect(await commentsOf(context, markers.progress)).toEqual([]);
  });

  test("with what a request under way may have cost, when the mediator was killed", async () => {
    const issue = scene.openIssue();
    const context = await planningRun(scene.github, issue.number);
    const killed = record(context, {
      state: "working",
      ledger: { ...ledger, estimated: false, open: { requests: 1, inputTokens: 1_000_000, outputTokens: 0 } },
    });
    const { usage } = await run(context, { record: killed });
    const [result] = await commentsOf(context, markers.result);
    const tokens = ((usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0)).toLocaleString("en-US");
    expect(usage?.inputTokens).toBe(ledger.inputTokens + 1_000_000);
    expect(result?.body).toContain(`at most ${tokens} tokens`);
  });

  test("a closed issue and a cancel are no failures", async () => {
    const issue = scene.openIssue();
    const context = await planningRun(scene.github, issue.number);
    scene.simulator.as("maintainer").comment(issue, "/cancel");
    expect(await run(context, { record: record(context, { state: "working" }) })).toMatchObject({
      outcome: "cancelled",
      code: "cancelled",
    });
    expect(labelsOf(context)).toEqual([]);
  });
});

test.each([
  ["by hand and shown", { TASK_ID: undefined }, true, { outcome: "done" }],
  ["by hand and failed", { TASK_ID: undefined }, false, { outcome: "refused", code: "invalid-task" }],
  ["of a message", {}, true, { outcome: "refused", code: "invalid-task" }],
])("a run for an issue that is not there, %s", async (_, claimed, succeeded, end) => {
  const context = await planningRun(scene.github, scene.openIssue().number);
  const claim = { ...claimOf(context), ...claimed, TASK_ISSUE_NUMBER: 999_999 };
  expect(await run(context, { claim, succeeded })).toEqual(end);
});

test.each<[string, (context: RunContext) => Partial<TaskClaim>]>([
  ["a forged task id", () => ({ TASK_ID: "codex-planning-1-ffffffffffffffff" })],
  ["another repository's id", () => ({ TASK_REPOSITORY_ID: 1 })],
  ["an issue that is not there", () => ({ TASK_ISSUE_NUMBER: 999_999 })],
  [
    "a plan that is not ours",
    () => ({ TASK_STAGE: "implementation", TASK_PLAN_COMMENT_ID: 12, TASK_PLAN_SHA256: "0".repeat(64) }),
  ],
])("%s is answered and told nowhere", async (_, forged) => {
  const context = await planningRun(scene.github, scene.openIssue().number);
  const before = scene.simulator.requests.length;
  const claim = { ...claimOf(context), ...forged(context) };
  expect(await run(context, { claim })).toEqual({ outcome: "refused", code: "invalid-task" });
  expect(
    scene.simulator.requests.slice(before).filter(({ method, path }) => method !== "GET" && !path.includes("graphql")),
  ).toEqual([]);
});

describe("a message that GitHub does not confirm ends nothing", () => {
  test("a repository that is not served is told nothing, also where a run had begun", async () => {
    const context = await planningRun(scene.github, scene.openIssue().number);
    const closed = record(context, { state: "closed", outcome: "refused", code: "repository-not-served" });
    await publisher().progress(context, { state: "working", ledger, record: closed });
    const answer = await run(context, { isServed: () => false, record: closed });
    expect(answer).toMatchObject({ outcome: "refused", code: "repository-not-served" });
    expect(await commentsOf(context, markers.result)).toEqual([]);
  });

  test.each<[string, Partial<RunRecord> | undefined, object, object?]>([
    ["no approval", { code: "not-approved", outcome: "refused" }, { outcome: "refused", code: "not-approved" }],
    ["a head of its own", { code: "invalid-task", outcome: "refused" }, { outcome: "refused", code: "invalid-task" }],
    [
      "no approval and no record",
      undefined,
      { outcome: "refused", code: "not-approved" },
      { outcome: "failed", code: "no-progress" },
    ],
  ])("%s: told only where the run had begun", async (_, end, expected, begun = expected) => {
    const { context } = await planned();
    const closed = end && record(context, { state: "closed", ...end });
    const warnings: string[] = [];
    const log = { warn: (message: string) => warnings.push(message) };
    const before = scene.simulator.requests.length;
    expect(await run(context, { record: closed, log })).toMatchObject(expected);
    expect(warnings.join()).toContain(context.taskId);
    const writes = scene.simulator.requests.slice(before).filter(({ method }) => method !== "GET");
    expect(writes.filter(({ path }) => !path.includes("graphql"))).toEqual([]);
    expect(await commentsOf(context, markers.result)).toEqual([]);
    expect(labelsOf(context)).toEqual([]);

    await publisher().progress(context, { state: "working", ledger, record: closed });
    expect(await run(context, { record: closed })).toMatchObject(begun);
    expect(await commentsOf(context, markers.result)).toHaveLength(1);
  });
});

describe("a run that was refused before it had a comment, and whose record is gone with its pod", () => {
  test("is told with the mediator's reason, once", async () => {
    const context = await planningRun(scene.github, scene.openIssue().number);
    const answer = { outcome: "failed", code: "empty-repository" };
    for (let time = 0; time < 2; time++) expect(await run(context, { baseBranch: "nowhere" })).toEqual(answer);
    const [result, ...more] = await commentsOf(context, markers.result);
    expect(more).toEqual([]);
    expect(result?.body).toContain("there is no branch nowhere");
  });

  test("is told that it left no word where nothing stands in its way", async () => {
    const context = await planningRun(scene.github, scene.openIssue().number);
    expect(await run(context)).toEqual({ outcome: "failed", code: "no-progress" });
  });

  test.each([
    ["GitHub cannot be asked", new RunFailure("github-unavailable"), "github-unavailable"],
    ["something is wrong with us", new TypeError("of a bug"), "no-progress"],
  ])("is told also when its reason cannot be found out: %s", async (_, failure, code) => {
    const context = await planningRun(scene.github, scene.openIssue().number);
    const facts = { ...createGitHubFacts(scene.github), branchTip: () => Promise.reject(failure) };
    expect(await run(context, { facts })).toEqual({ outcome: "failed", code });
    expect(await commentsOf(context, markers.result)).toHaveLength(1);
  });

  describe("of an approved plan", () => {
    async function approved() {
      const { context } = await planned();
      const found = scene.simulator.comments(scene.repository, context.snapshot.issue.number);
      const plan = found.find(({ body }) => body?.startsWith(markers.plan));
      if (!plan) throw new Error("no plan");
      // Approvals of the plan's own second do not count.
      ahead += 2_000;
      scene.simulator.as("maintainer").react(plan, "+1");
      return context;
    }

    test("is told with the mediator's reason", async () => {
      const context = await approved();
      const answer = { outcome: "failed", code: "empty-repository" };
      expect(await run(context, { baseBranch: "nowhere" })).toEqual(answer);
      expect(await commentsOf(context, markers.result)).toHaveLength(1);
    });

    test("is told that it was cancelled meanwhile", async () => {
      const context = await approved();
      const { number } = context.snapshot.issue;
      ahead += 2_000;
      scene.simulator.as("maintainer").comment(scene.simulator.issue(scene.repository, number), "/cancel");
      expect(await run(context)).toEqual({ outcome: "cancelled", code: "cancelled" });
      expect(await commentsOf(context, markers.result)).toHaveLength(1);
    });

    test("is told nowhere when its message names another text of the plan", async () => {
      const context = await approved();
      const subject = { repositoryId: context.snapshot.repository.id, issueId: context.snapshot.issue.id };
      const [, comment] = context.about.split(":");
      const sha256 = "f".repeat(64);
      const about = `plan:${Number(comment)}:${sha256}` as const;
      const forged = subjectId({ ...subject, stage: "implementation", about });
      const claim = claimOf(context, {
        TASK_ID: taskId("implementation", context.snapshot.issue.number, forged, 0),
        TASK_PLAN_SHA256: sha256,
      });
      expect(await run(context, { claim })).toMatchObject({ code: "superseded" });
      expect(await commentsOf(context, markers.result)).toEqual([]);
    });
  });
});

describe("a task that nothing asks for any more", () => {
  const planGone = async () => {
    const { context } = await planned();
    await publisher().progress(context, { state: "working", ledger, record: record(context, { state: "working" }) });
    const found = scene.simulator.comments(scene.repository, context.snapshot.issue.number);
    const planComment = found.find(({ body }) => body?.startsWith(markers.plan));
    if (!planComment) throw new Error("no plan");
    scene.simulator.as("maintainer").deleteComment(planComment);
    return context;
  };

  test("is told where it was seen to begin, once, and its progress comment ends", async () => {
    const context = await planGone();
    const answer = { outcome: "refused", code: "invalid-task" };
    for (let time = 0; time < 2; time++) expect(await run(context)).toMatchObject(answer);
    const [result, ...more] = await commentsOf(context, markers.result);
    expect(more).toEqual([]);
    expect(parseRunIds(markers.result, result?.body ?? "")).toMatchObject({ ...answer, taskId: context.taskId });
    expect(result?.body).toMatch(/is no plan of ours/);
    const [progress] = await commentsOf(context, markers.progress);
    expect(progress?.isMinimized).toBe(true);
  });

  test("with the record's own reason, where there is one", async () => {
    const context = await planGone();
    const closed = record(context, { state: "closed", outcome: "refused", code: "superseded" });
    expect(await run(context, { record: closed })).toMatchObject({ outcome: "refused", code: "superseded" });
    expect(await commentsOf(context, markers.result)).toHaveLength(1);
  });

  test.each<[string, (body: string) => string]>([
    [
      "another task's",
      (body) => body.replace(/codex-implementation-(\d+)-[0-9a-f]{16}/g, "codex-implementation-$1-0123456789abcdef"),
    ],
    ["another subject's", (body) => body.replace(/"subjectId":"[0-9a-f]{8}/, '"subjectId":"00000000')],
  ])("is told nowhere when the progress comment is %s", async (_, change) => {
    const context = await planGone();
    const [progress] = await commentsOf(context, markers.progress);
    await scene.github.rest.issues.updateComment({
      ...{ owner: "maintainer", repo: "project", comment_id: progress?.id ?? 0 },
      body: change(progress?.body ?? ""),
    });
    expect(await run(context)).toEqual({ outcome: "refused", code: "invalid-task" });
    expect(await commentsOf(context, markers.result)).toEqual([]);
  });

  test("is told nowhere when somebody else edited the progress comment", async () => {
    const context = await planGone();
    const [progress] = scene.simulator
      .comments(scene.repository, context.snapshot.issue.number)
      .filter(({ body }) => body?.startsWith(markers.progress));
    if (!progress) throw new Error("no progress comment");
    scene.simulator.as("maintainer").editComment(progress, `${progress.body}.`);
    expect(await run(context)).toEqual({ outcome: "refused", code: "invalid-task" });
    expect(await commentsOf(context, markers.result)).toEqual([]);
  });
});

test("GitHub that can not be asked is an error of the right type", async () => {
  const context = await planningRun(scene.github, scene.openIssue().number);
  const undo = scene.simulator.faults.inject({ path: /graphql/, status: 502 });
  const failure = await run(context).catch((error: unknown) => error);
  undo();
  expect(failure).toBeInstanceOf(RunFailure);
  expect(failure).toMatchObject({ code: "github-unavailable" });
});

describe("the command", () => {
  const script = `import { reportCommand } from ${JSON.stringify(join(import.meta.dirname, "command.ts"))};
    await reportCommand().parseAsync(process.argv.slice(1), { from: "user" });`;
  function begin(env: Record<string, string>, ...args: string[]) {
    return spawn(process.execPath, ["--input-type=module", "-e", script, "--", ...args], {
      env: { PATH: process.env["PATH"] ?? "", ...env },
    });
  }
  async function start(env: Record<string, string>, ...args: string[]) {
    const child = begin(env, ...args);
    child.stdin.end();
    return await endOf(child);
  }
  async function endOf(child: ChildProcessByStdio<Writable, Readable, Readable>) {
    const ended = new Promise((resolve) => child.once("close", resolve));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, stdout, stderr };
  }
  const environment = (context: RunContext) => ({
    GITHUB_TOKEN: scene.token,
    GITHUB_API_BASE_URL: scene.simulator.apiUrl,
    TASK_STAGE: context.stage,
    TASK_ID: context.taskId,
    TASK_REPOSITORY: "maintainer/project",
    TASK_ISSUE_NUMBER: String(context.snapshot.issue.number),
    CODEX_TRIGGER_LOGINS: "maintainer",
    RUN_STATUS: "Failed",
  });

  test("names all that is missing at once and shows no value", async () => {
    const { code, stdout, stderr } = await start({ GITHUB_TOKEN: "ghp_secret", TASK_STAGE: "ghp_secret" });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    for (const name of ["TASK_STAGE", "TASK_REPOSITORY", "TASK_ISSUE_NUMBER", "CODEX_TRIGGER_LOGINS", "RUN_STATUS"])
      expect(stderr).toContain(name);
    expect(stderr).not.toContain("ghp_secret");
  });

  test("reads the mediator's folder and prints one line", async () => {
    const context = await planningRun(scene.github, scene.openIssue().number);
    const folder = mkdtempSync(join(tmpdir(), "report-"));
    const closed = record(context, { state: "closed", outcome: "failed", code: "model-refused", detail: "401" });
    createRecordStore(folder, () => {}).write(closed);
    const { code, stdout } = await start({ ...environment(context), MEDIATOR_STATE: folder });
    rmSync(folder, { recursive: true });
    expect({
      code,
      lines: stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    }).toEqual({
      code: 0,
      lines: [
        {
          ...{ outcome: "failed", code: "model-refused" },
          usage: accountOf(closed, "planning", { outcome: "failed", code: "model-refused" }),
        },
      ],
    });
    expect(await commentsOf(context, markers.result)).toHaveLength(1);
  });

  describe("started before the run's end", () => {
    const early = async () => ({
      ...environment(await planningRun(scene.github, scene.openIssue().number)),
      RUN_STATUS: "stdin",
    });

    test("ends when it has answered what standard input told, though that stays open", async () => {
      const child = begin({ ...(await early()), TASK_DRY_RUN: "true" });
      child.stdin.write("Failed\n");
      const { code, stdout } = await endOf(child);
      expect({ code, answer: JSON.parse(stdout) }).toEqual({
        code: 0,
        answer: { outcome: "failed", code: "internal" },
      });
    });

    test("says nothing when nothing is told", async () => {
      expect(await start(await early())).toEqual({ code: 0, stdout: "", stderr: "" });
    });

    test("refuses what is no status", async () => {
      const child = begin(await early());
      child.stdin.end("succeeded\n");
      const { code, stdout, stderr } = await endOf(child);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain("standard input is none of Succeeded, Failed, Error");
    });
  });

  describe("--outputs", () => {
    const outputsOf = async (env: Record<string, string>) => {
      const folder = mkdtempSync(join(tmpdir(), "report-"));
      const { code, stdout } = await start(env, "--outputs", join(folder, "outputs"));
      const files = readdirSync(join(folder, "outputs")).map((name) => [
        name,
        readFileSync(join(folder, "outputs", name), "utf8"),
      ]);
      rmSync(folder, { recursive: true });
      return { code, stdout, outputs: Object.fromEntries(files) };
    };

    test("are the addresses and what was used, each a file", async () => {
      const { planning } = await planned();
      const folder = mkdtempSync(join(tmpdir(), "report-"));
      const closed = record(planning, { state: "closed", outcome: "done", attempts: 2 });
      createRecordStore(folder, () => {}).write(closed);
      const { code, stdout, outputs } = await outputsOf({ ...environment(planning), MEDIATOR_STATE: folder });
      rmSync(folder, { recursive: true });
      const { planCommentUrl } = JSON.parse(stdout) as { planCommentUrl: string };
      expect(planCommentUrl).toContain("#issuecomment-");
      const { usage = "", ...others } = outputs;
      expect(code).toBe(0);
      expect(others).toMatchObject({
        planCommentUrl,
        pullRequestUrl: "",
        stage: "planning",
        outcome: "done",
        code: "none",
      });
      expect(accountSchema.parse(JSON.parse(usage))).toEqual(accountOf(closed, "planning", { outcome: "done" }));
    });

    test("a dry run needs no issue to report", async () => {
      const { TASK_ISSUE_NUMBER: _, ...rest } = environment(await planningRun(scene.github, scene.openIssue().number));
      const { code, stdout } = await outputsOf({ ...rest, TASK_DRY_RUN: "true", RUN_STATUS: "Succeeded" });
      expect({ code, answer: JSON.parse(stdout) }).toEqual({ code: 0, answer: { outcome: "done" } });
    });

    test("are all there and empty when nothing could be told", async () => {
      const { code, outputs } = await outputsOf({});
      expect(code).toBe(2);
      expect(Object.keys(outputs).toSorted()).toEqual(reportOutputs.toSorted());
      expect(outputs).toMatchObject({
        planCommentUrl: "",
        pullRequestUrl: "",
        usage: "",
        outcome: "none",
        code: "none",
      });
    });
  });

  test("a token that GitHub refuses ends it with an answer; it would be refused again", async () => {
    const context = await planningRun(scene.github, scene.openIssue().number);
    const { code, stdout, stderr } = await start({ ...environment(context), GITHUB_TOKEN: "ghp_wrong" });
    expect({ code, answer: JSON.parse(stdout) }).toEqual({
      code: 0,
      answer: { outcome: "failed", code: "bad-credentials" },
    });
    expect(stderr).not.toContain("ghp_wrong");
  });
});
