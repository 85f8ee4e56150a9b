import { generateKeyPairSync } from "node:crypto";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppAccessError } from "./app-access-error.ts";
import { createGitHub } from "./client.ts";
import type { AppCredential, TokenScope } from "./credential.ts";
import { ownAccount } from "./own-account.ts";
import { readSnapshot } from "./read-snapshot.ts";

const scope: TokenScope = { permissions: { contents: "read", issues: "write" }, repository: { name: "hello" } };
const hello = { owner: "octocat", repo: "hello" };

let simulator: GitHubSimulator;
let offsetMs: number;
let credential: AppCredential;
let installation: ReturnType<GitHubSimulator["install"]>;

beforeEach(async () => {
  offsetMs = 0;
  simulator = await startGitHub({ clock: () => new Date(Date.now() + offsetMs) });
  simulator.addUser({ login: "octocat" });
  const repository = await simulator.addRepository({ owner: "octocat", name: "hello", private: true });
  await simulator.addRepository({ owner: "octocat", name: "other", private: true });
  simulator.as("octocat").openIssue(repository, { title: "a wish" });
  const { app, privateKey } = simulator.addApp("octocat", { slug: "codex-automation" });
  installation = simulator.install(app, "octocat");
  credential = { appId: app.id, installationId: installation.id, privateKey };
});
afterEach(() => simulator.close());

const client = (given: Partial<AppCredential> = {}, limits = scope) =>
  createGitHub({
    app: { ...credential, ...given },
    scope: limits,
    baseUrl: simulator.apiUrl,
    paceWrites: false,
    retries: 1,
  });
const asked = () => simulator.requests.filter(({ path }) => path.endsWith("/access_tokens"));
const mints = () => asked().filter(({ status }) => status === 201).length;

describe("a GitHub App", () => {
  test("reads and writes what its token is for, and nothing else", async () => {
    const github = client();
    const snapshot = await readSnapshot({ graphql: github.query }, "octocat/hello", 1);
    const account = await ownAccount(github);
    expect(account.login).toBe("codex-automation[bot]");
    expect(snapshot?.viewer).toEqual({ id: account.id, login: account.login });
    const { data } = await github.rest.issues.createComment({ ...hello, issue_number: 1, body: "hm" });
    expect(data.user).toMatchObject({ login: account.login, id: account.id, type: "Bot" });
    const again = await readSnapshot({ graphql: github.query }, "octocat/hello", 1);
    expect(again?.comments).toMatchObject([
      { viewerDidAuthor: true, author: { id: account.id, login: "codex-automation", type: "Bot" } },
    ]);
    await expect(github.rest.repos.get({ owner: "octocat", repo: "other" })).rejects.toMatchObject({ status: 404 });
    const pull = github.rest.pulls.create({ ...hello, head: "a", base: "main", title: "no" });
    await expect(pull).rejects.toMatchObject({ status: 403 });
    expect(mints()).toBe(1);
  });

  test("asks for one token however many requests begin at once, more than are let through", async () => {
    const github = client();
    await Promise.all(Array.from({ length: 15 }, () => github.rest.issues.get({ ...hello, issue_number: 1 })));
    expect(mints()).toBe(1);
  });

  test("goes on when its token is refused, in REST, GraphQL and a write", async () => {
    const github = client();
    const refused = async (go: () => Promise<unknown>) => {
      const before = mints();
      offsetMs += 3_600_000;
      await go();
      expect(mints() - before).toBe(1);
    };
    await github.accessToken();
    await refused(() => github.rest.issues.get({ ...hello, issue_number: 1 }));
    await refused(() => readSnapshot({ graphql: github.query }, "octocat/hello", 1));
    await refused(() =>
      github.rest.issues.createComment({ ...hello, issue_number: 1, body: "once", request: { retries: 0 } }),
    );
    expect(simulator.comments(simulator.repository("octocat/hello"), 1)).toHaveLength(1);
  }, 30_000);

  test.each([-86_400_000, 86_400_000])("works with a clock that is %d ms off, and tells its log", async (off) => {
    offsetMs = off;
    const log = {
      lines: [] as string[],
      debug() {},
      warn(line: string) {
        this.lines.push(line);
      },
    };
    const github = createGitHub({ app: credential, scope, baseUrl: simulator.apiUrl, paceWrites: false, log });
    expect((await github.rest.issues.get({ ...hello, issue_number: 1 })).data.title).toBe("a wish");
    expect(log.lines.join()).toContain("time and system time are different by");
  });

  test("asks which installation is on a repository", async () => {
    const { app } = client();
    expect(await app?.installationOn("octocat/hello")).toMatchObject({
      id: installation.id,
      permissions: { contents: "write" },
    });
    installation.repositories = new Set();
    expect(await app?.installationOn("octocat/hello")).toBeUndefined();
  });

  test("tries again when GitHub stumbles, a bounded number of times", async () => {
    simulator.faults.inject({ path: /access_tokens$/, status: 502, times: 1 });
    expect((await client().rest.issues.get({ ...hello, issue_number: 1 })).status).toBe(200);
    expect(asked().length).toBe(2);
    simulator.faults.inject({ path: /access_tokens$/, status: 502 });
    await expect(client().accessToken()).rejects.toMatchObject({ status: 502 });
    expect(asked().length).toBe(4);
  }, 15_000);
});

const strangersKey = String(
  generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
);

describe("what keeps an App out is told with what to correct", () => {
  test.each<[why: string, change: () => Partial<AppCredential> | undefined, limits: TokenScope, words: RegExp]>([
    [
      "a foreign key",
      () => ({ privateKey: strangersKey }),
      scope,
      /^GitHub refused the key of the App \d+: make GITHUB_APP_PRIVATE_KEY_FILE/,
    ],
    ["an unknown App", () => ({ appId: 7 }), scope, /no GitHub App with the id 7: correct GITHUB_APP_ID/],
    [
      "an unknown installation",
      () => ({ installationId: 7 }),
      scope,
      /no installation 7: .*GITHUB_APP_INSTALLATION_ID/,
    ],
    [
      "an installation that was removed",
      () => {
        installation.removed = true;
        return undefined;
      },
      scope,
      /has no installation \d+: install it/,
    ],
    [
      "one that is suspended",
      () => {
        installation.suspendedAt = 1;
        return undefined;
      },
      scope,
      /installation \d+ is suspended: unsuspend it/,
    ],
    [
      "permissions that were not granted",
      () => undefined,
      { permissions: { issues: "write", actions: "write", organization_hooks: "write" } },
      /lacks the permission actions: write, organization_hooks: write: add it to the App, and accept it/,
    ],
    [
      "a repository without it",
      () => {
        installation.repositories = new Set();
        return undefined;
      },
      scope,
      /installation \d+ is not on the repository hello: add it/,
    ],
  ])("%s", async (_, change, limits, words) => {
    const github = client(change(), limits);
    const refused = await github.rest.issues.get({ ...hello, issue_number: 1 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppAccessError);
    expect((refused as Error).message).toMatch(words);
    expect(JSON.stringify([refused, (refused as Error).message])).not.toContain("PRIVATE KEY");
    await expect(github.accessToken()).rejects.toThrow(words);
  });
});
