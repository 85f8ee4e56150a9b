import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readWatchConfig } from "./config.ts";
import { openService, type Service } from "./open-service.ts";

let simulator: GitHubSimulator;
let repository: ReturnType<GitHubSimulator["repository"]>;
let installation: ReturnType<GitHubSimulator["install"]>;
let environment: Record<string, string>;
let folder: string;
let service: Service | undefined;
/** How far GitHub's clock is ahead, milliseconds. */
let ahead: number;
const warnings: object[] = [];

beforeEach(async () => {
  ahead = 0;
  warnings.length = 0;
  simulator = await startGitHub({ clock: () => new Date(Date.now() + ahead) });
  for (const login of ["octocat", "stranger"]) simulator.addUser({ login });
  repository = await simulator.addRepository({ owner: "octocat", name: "hello", private: true });
  await simulator.addRepository({ owner: "octocat", name: "other" });
  await simulator.addRepository({ owner: "stranger", name: "public" });
  const { app, privateKey } = simulator.addApp("octocat", { slug: "codex" });
  installation = simulator.install(app, "octocat", { repositories: [repository] });
  folder = mkdtempSync(join(tmpdir(), "froussard-app-"));
  writeFileSync(join(folder, "app.pem"), privateKey);
  environment = {
    GITHUB_APP_ID: String(app.id),
    GITHUB_APP_INSTALLATION_ID: String(installation.id),
    GITHUB_APP_PRIVATE_KEY_FILE: join(folder, "app.pem"),
    GITHUB_API_BASE_URL: simulator.apiUrl,
    CODEX_TRIGGER_LOGINS: "octocat",
    CODEX_REPOSITORIES: "octocat/hello",
    FROUSSARD_QUEUE: join(folder, "queue.db"),
  };
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  await simulator.close();
  rmSync(folder, { recursive: true });
});

const log = { debug() {}, info() {}, warn: (fields: object) => void warnings.push(fields), error() {} };
const open = async (more: Record<string, string> = {}) => {
  service = await openService(readWatchConfig({ ...environment, ...more }), { log, paceWrites: false });
  return service.github;
};

describe("the service as a GitHub App", () => {
  test("reads, marks, labels and comments as the App's account, also after its token ran out", async () => {
    const issue = simulator.as("octocat").openIssue(repository, { title: "a wish" });
    const github = await open();
    expect(warnings).toEqual([]);
    const nodeId = (await github.readIssue("octocat/hello", 1))?.issue.nodeId ?? "";
    ahead += 3_600_000;
    await github.addMark({ nodeId, content: "EYES" });
    await github.createComment("octocat/hello", 1, "hm");
    await github.setStateLabel("octocat/hello", 1, "codex:planning", []);
    const snapshot = await github.readIssue("octocat/hello", 1);
    const { id } = simulator.as("codex[bot]").user;
    expect(snapshot).toMatchObject({
      viewer: { id },
      repository: { defaultBranch: { name: "main" } },
      issue: { labels: ["codex:planning"], reactions: [{ content: "EYES", user: { id } }] },
      comments: [{ viewerDidAuthor: true }],
    });
    expect(issue.comments[0]?.author.login).toBe("codex[bot]");
    expect(await github.listChanges("octocat/hello", "2000-01-01T00:00:00Z", undefined)).toMatchObject({
      issues: [{ number: 1 }],
    });
  }, 20_000);

  test("serves the repositories that it is installed on", async () => {
    const github = await open({ CODEX_REPOSITORIES: "octocat/*" });
    expect(await github.listRepositories()).toEqual(["octocat/hello"]);
  });

  test("asks for webhooks only where their deliveries are asked for", async () => {
    const { id } = simulator.addWebhook(repository, { url: "http://127.0.0.1:9/", events: ["issues"] });
    await simulator.webhooksSettled();
    const hook = { id, repository: "octocat/hello" };
    await expect((await open()).listDeliveries(hook, undefined)).rejects.toMatchObject({ status: 403 });
    await service?.close();
    const { deliveries } = await (await open({ GITHUB_HOOK_ID: String(id) })).listDeliveries(hook, undefined);
    expect(deliveries).toHaveLength(1);
  });

  test("warns when runs could not push", async () => {
    installation.permissions = { ...installation.permissions, pull_requests: "read" };
    await open();
    expect(warnings).toEqual([{ repository: "octocat/hello" }]);
  });

  test.each<[why: string, more: () => Record<string, string>, words: RegExp]>([
    [
      "a repository of the account without it",
      () => ({ CODEX_REPOSITORIES: "octocat/other" }),
      /is not installed on a repository octocat\/other: correct CODEX_REPOSITORIES/,
    ],
    [
      "a stranger's public repository",
      () => ({ CODEX_REPOSITORIES: "stranger/public" }),
      /is not installed on a repository stranger\/public/,
    ],
    [
      "a permission that is missing",
      () => {
        installation.permissions = { metadata: "read", contents: "read" };
        return {};
      },
      /lacks the permission issues: write: add it to the App/,
    ],
    [
      "a repository of another installation",
      () => {
        const { id } = simulator.install(simulator.app("codex"), "stranger");
        return { GITHUB_APP_INSTALLATION_ID: String(id) };
      },
      /octocat\/hello belongs to the App's installation \d+: set GITHUB_APP_INSTALLATION_ID/,
    ],
    [
      "a file without a key",
      () => ({ GITHUB_APP_PRIVATE_KEY_FILE: "/etc/hostname" }),
      /\/etc\/hostname holds no RSA private key/,
    ],
  ])("does not start with %s", async (_, more, words) => {
    await expect(open(more())).rejects.toThrow(words);
  });
});
