import { execFileSync } from "node:child_process";
import { markers } from "@froussard/contract";
import { afterEach, describe, expect, test, vi } from "vitest";
import { automation, maintainer, repository } from "../demo/world.ts";
import { type PipelineKit, startKit } from "../testing/pipeline-kit.ts";

let kit: PipelineKit;
afterEach(() => kit.close());

describe("is refused before anything starts, with what to do", () => {
  test.each([
    ["a wrong token", { GITHUB_TOKEN: "ghp_wrong" }, /GITHUB_TOKEN/],
    ["an approver that does not exist", { CODEX_TRIGGER_LOGINS: "nobody-at-all" }, /nobody-at-all/],
    ["an effort that does not exist", { CODEX_REASONING_EFFORT: "enormous" }, /CODEX_REASONING_EFFORT/],
    ["GitHub down", { GITHUB_API_BASE_URL: "http://127.0.0.1:9/api/v3" }, /127\.0\.0\.1:9/],
  ])("%s", async (_, env, message) => {
    kit = await startKit();
    await expect(kit.start(env)).rejects.toThrow(message);
    expect(kit.pipeline.output()).not.toContain("    at ");
  });

  test("an unknown repository", async () => {
    kit = await startKit();
    await expect(kit.start({}, ["--repo", "gregkonush/nowhere"])).rejects.toThrow(/gregkonush\/nowhere/);
  });
});

/** What is wrong at the start is refused there (local/preflight): each of these comes up afterwards. */
describe("an accepted task that cannot be done is told on the issue", () => {
  const failure = async (code: string, timeoutMs?: number) => {
    const issue = kit.openIssue();
    const result = await kit.waitForResult(issue, timeoutMs);
    expect(result.body).toContain(`"code":"${code}"`);
    expect(kit.ours(issue, markers.result).length).toBe(1);
    expect(kit.ours(issue, markers.plan)).toEqual([]);
    return result.body ?? "";
  };

  test("a model key that is refused", async () => {
    kit = await startKit();
    await kit.start();
    kit.world.model.inject({ kind: "unauthorized" }, { times: Number.POSITIVE_INFINITY });
    expect(await failure("model-refused")).toMatch(/key/);
  });

  test("an empty repository", async () => {
    kit = await startKit();
    const { github } = kit.world;
    const collaborators = { [automation]: "write" } as const;
    const empty = await github.addRepository({ owner: maintainer, name: "empty", collaborators });
    await kit.start({}, ["--repo", `${maintainer}/empty`]);
    execFileSync("git", ["--git-dir", empty.folder, "update-ref", "-d", "refs/heads/main"]);
    const issue = github.as(maintainer).openIssue(empty, { title: "Anything" });
    const result = await kit.waitForResult(issue);
    expect(result.body).toContain('"code":"empty-repository"');
  });

  test("no right to push", async () => {
    kit = await startKit();
    const { github } = kit.world;
    const collaborators = { [automation]: "write" } as const;
    const readonly = await github.addRepository({ owner: maintainer, name: "readonly", collaborators });
    await kit.start({}, ["--repo", `${maintainer}/readonly`]);
    for (const id of readonly.collaborators.keys()) readonly.collaborators.set(id, "read");
    const issue = github.as(maintainer).openIssue(readonly, { title: "Anything" });
    const result = await kit.waitForResult(issue);
    expect(result.body).toContain('"code":"forbidden"');
  });

  // Three attempts with 10 and 60 seconds between them, in each of which Codex tries for a while by itself.
  test("a model that cannot be reached", { timeout: 300_000 }, async () => {
    kit = await startKit();
    await kit.start();
    await kit.world.model.close();
    expect(await failure("model-unavailable", 280_000)).toMatch(/nothing was asked of the model/);
  });
});

test("GitHub is down for a while after the plan: the approval is found afterwards", async () => {
  kit = await startKit();
  await kit.start();
  const { github } = kit.world;
  const issue = kit.openIssue();
  const plan = await kit.waitForPlan(issue);
  const heal = github.faults.inject({ path: "/api/*", status: 503, body: { message: "Service unavailable" } });
  await kit.approve(plan);
  const before = github.requests.length;
  await vi.waitUntil(() => github.requests.length > before + 3, { timeout: 60_000 });
  heal();
  await kit.waitForResult(issue);
  expect(github.pulls(github.repository(repository)).length).toBe(1);
});
