import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { headers, labels, markers } from "@froussard/contract";
import { beforeAll, describe, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { firstRepository, people } from "../simulated/world.ts";
import { hasEnded } from "./agent-pod/runs.ts";
import { podLogs } from "./pipeline/pod-logs.ts";
import { openStory, repository, type Story } from "./pipeline/story.ts";
import { admitObserver, watchTasks } from "./pipeline/watch-tasks.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { cluster, simulated, namespaces } = deployment;

describe("the specification's manual test flow", () => {
  let story: Story;
  beforeAll(async () => {
    story = await openStory(deployment);
  });

  test("an issue becomes a plan, with its run and its label", async () => {
    const { body, author } = await story.plan();
    expect([author, body.startsWith(markers.plan)]).toEqual([people.automation, true]);
    await story.expectOneOfEach("planning");
    const [hook] = await simulated.webhooks({ repository });
    const deliveries = await simulated.deliveries({ repository, hook: hook?.id ?? 0 });
    const [opened] = deliveries.filter(
      ({ event, action, body: text }) =>
        event === "issues" && action === "opened" && text.includes(`"number":${story.number},`),
    );
    expect(opened).toMatchObject({ statusCode: 202 });
  });

  test("👍 becomes a branch, a draft pull request and a comment that links to it", async () => {
    await story.approve();
    const result = await story.result();
    await story.expectOneOfEach("implementation");
    const [pull] = await story.pulls();
    expect(result.body).toContain(`/pull/${pull?.number}`);
    expect(pull).toMatchObject({ draft: true, baseBranch: "main", author: people.automation });
    expect(pull?.body).toContain(`Closes #${story.number}`);
    expect((await story.issue()).labels).toEqual([labels.pullRequestOpen]);
    expect(await fetched(pull?.headBranch ?? "", "README.md")).toMatch(/--precision.*\| 3 \|/);
  });

  test("the topics show it: a console consumer with SASL reads both tasks, as a user that may", async () => {
    const login = await admitObserver(deployment);
    // The broker hears of the user a little later, and where much runs beside it the consumer's own limit may end it too early.
    const ids = (await story.runs()).map(({ metadata }) => metadata.name);
    const lines = await story.until(`the tasks of #${story.number} on the topic`, async () => {
      const shown = await watchTasks(deployment, login, process.env["PATH"] ?? "");
      return ids.every((id) => shown.some((line) => line.includes(`${headers.taskId}:${id}`))) && shown;
    });
    // #1 is not #12, which other files may have opened.
    const ours = lines.filter((line) => new RegExp(`${repository}#${story.number}(?![0-9])`).test(line));
    const stages = ours.map((line) => new RegExp(`${headers.taskStage}:(\\w+)`).exec(line)?.[1]);
    // `serve` and `watch` may both publish a task, which is one by its id.
    expect([...new Set(stages)]).toEqual(["planning", "implementation"]);
  });

  test("argo list, get and logs show it", async () => {
    const namespace = ["--namespace", namespaces.workflows];
    const names = (await story.runs()).map(({ metadata }) => metadata.name);
    const nameOf = (stage: string) => names.find((name) => name.startsWith(`codex-${stage}-`)) ?? "(none)";
    const [planning, implementation] = [nameOf("planning"), nameOf("implementation")];
    const listed = await cluster.argo(["list", ...namespace]);
    expect(listed).toContain(planning);
    expect(listed).toContain(implementation);
    await story.until("the end of both runs", async () => (await story.runs()).every(hasEnded));
    // Beside this file others run, whose Workflows may have other names.
    expect(await cluster.argo(["get", "@latest", ...namespace])).toMatch(
      /^Name:\s+(?:codex|rights|github-codex-task)-/,
    );
    expect(await cluster.argo(["get", implementation, ...namespace])).toMatch(/^Status:\s+Succeeded/m);
    expect(await cluster.argo(["logs", implementation, ...namespace])).toMatch(/the run is done/);
  });

  test("no secret is in what was asked of the model, written to GitHub, logged by a pod, or kept in a Workflow", async () => {
    const places = {
      model: JSON.stringify((await simulated.modelRequests({})).map(({ body }) => body)),
      issue: JSON.stringify([await story.issue(), await story.pulls()]),
      logs: [namespaces.workflows, namespaces.service].map((each) => podLogs(cluster, each)).join("\n"),
      workflows: await cluster.kubectl(["get", "workflows", `--namespace=${namespaces.workflows}`, "--output=json"]),
      events: await cluster.kubectl(["get", "events", "--all-namespaces", "--output=json"]),
    };
    expect(places.logs).toMatch(/the run is done/);
    const { githubToken, openaiKey, webhookSecret, kafkaPasswords } = deployment;
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(100);
      for (const secret of [githubToken, openaiKey, webhookSecret, ...Object.values(kafkaPasswords)])
        expect(text.includes(secret), place).toBe(false);
    }
  });
});

/** The text of a file on a branch, fetched with plain git. */
async function fetched(branch: string, path: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "froussard-fetch-"));
  const { githubUrl, githubToken, authority } = deployment;
  const token = Buffer.from(`x-access-token:${githubToken}`).toString("base64");
  // Not on the command line, where everybody on this machine reads it.
  const env = {
    PATH: process.env["PATH"],
    GIT_SSL_CAINFO: authority,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `authorization: basic ${token}`,
  };
  const git = async (...args: string[]) =>
    (await promisify(execFile)("git", args, { cwd: folder, timeout: 30_000, env })).stdout;
  try {
    await git("init", "--quiet");
    await git(
      "fetch",
      "--quiet",
      `${new URL(githubUrl).origin}/${firstRepository.owner}/${firstRepository.name}.git`,
      branch,
    );
    return await git("show", `FETCH_HEAD:${path}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
