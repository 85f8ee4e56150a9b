import { hiddenIds, markers } from "@froussard/contract";
import { createGitHub } from "@froussard/github/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPublisher } from "../publish/publisher.ts";
import { ledger, planningRun, type Scene, startScene } from "../publish/testing/scene.ts";
import { createGitHubFacts } from "./github-facts.ts";

const repository = "maintainer/project";
let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.simulator.close());

const idOf = async (login: string) =>
  Number((await scene.github.rest.users.getByUsername({ username: login })).data.id);

describe("what somebody may do", () => {
  test.each([
    ["maintainer", true],
    ["codex-bot", true],
    ["stranger", false],
  ])("%s may write: %j", async (login, mayWrite) => {
    const facts = createGitHubFacts(scene.github);
    expect(await facts.permission(repository, login)).toEqual({ userId: await idOf(login), mayWrite });
  });

  test("is not known of nobody, nor to a token that may not ask; neither is a failure", async () => {
    expect(await createGitHubFacts(scene.github).permission(repository, "nobody")).toBeUndefined();
    const token = scene.simulator.token("stranger");
    const stranger = createGitHub({ token, baseUrl: scene.simulator.apiUrl, paceWrites: false, retries: 0 });
    expect(await createGitHubFacts(stranger).permission(repository, "maintainer")).toBeUndefined();
  });
});

test("the day's progress comments are ours alone, of all issues, newest first", async () => {
  const { simulator, github } = scene;
  const viewer = await idOf("codex-bot");
  const publisher = createPublisher({ github, log: { warn() {} }, approvers: [], retryDelays: [0] });
  const runs = [];
  for (const title of ["one", "two"]) {
    const issue = scene.openIssue(title);
    const run = await planningRun(github, issue.number);
    await publisher.progress(run, { state: "working", ledger, record: {} });
    await publisher.result(run, { outcome: "failed", code: "idle", detail: "", ledger });
    runs.push({ issue, run });
  }
  const [first] = runs;
  if (!first) throw new Error("no run");
  const { taskId, subjectId, about, stage } = first.run;
  simulator
    .as("stranger")
    .comment(first.issue, `${markers.progress}\n${hiddenIds({ taskId, subjectId, about, stage })}\nforged`);
  const facts = createGitHubFacts(github);
  const found = await facts.progressSince(repository, new Date(Date.now() - 60_000), viewer);
  expect(found.map(({ body }) => body.includes(taskId))).toEqual([false, true]);
  expect(await facts.progressSince(repository, new Date(Date.now() + 60_000), viewer)).toEqual([]);
});
