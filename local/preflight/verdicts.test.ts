import { apparmorProfile } from "codex-runner/sandbox/check-bubble";
import { describe, expect, test } from "vitest";
import type { AccountFacts } from "./account-facts.ts";
import type { GitHubAnswer } from "./ask-github.ts";
import { judgeInner, judgeObstacle } from "./check-sandbox.ts";
import type { Finding } from "./finding.ts";
import { judgeAccount, parseExpiry } from "./judge-account.ts";
import { judgeApprover, judgeOneAccount } from "./judge-approvers.ts";
import { judgeCodex } from "./judge-codex.ts";
import { judgeFolder, judgeGit, judgeNode, judgePort } from "./judge-machine.ts";
import { judgeModel } from "./judge-model.ts";
import { judgeRepository } from "./judge-repository.ts";
import { judgeRules } from "./judge-rules.ts";
import type { ModelAnswer } from "./model-facts.ts";
import type { RepositoryFacts } from "./repository-facts.ts";

/** A finding as `status id`, followed by what was found. */
const short = ({ id, status, found }: Finding) => `${status} ${id}: ${found}`;
const now = Date.parse("2026-03-04T05:06:07Z");
const date = "Wed, 04 Mar 2026 05:06:07 GMT";
const answer = <T>(data: T, headers: Record<string, string> = {}): GitHubAnswer<T> => ({
  kind: "answer",
  data,
  headers: { date, ...headers },
});
const refused = (status: number, message: string, headers: Record<string, string> = {}): GitHubAnswer<never> => ({
  kind: "refused",
  status,
  message,
  headers: { "content-type": "application/json; charset=utf-8", date, ...headers },
});

describe("the account", () => {
  const ada = { id: 7, login: "ada", type: "User" };
  const facts = (more: Partial<AccountFacts> = {}): AccountFacts => ({
    as: "token",
    prefix: "ghp_",
    address: "https://api.github.com",
    account: answer(ada, { "x-oauth-scopes": "repo, read:org" }),
    answeredAt: now,
    ...more,
  });
  const expiring = (text: string) =>
    facts({ account: answer(ada, { "x-oauth-scopes": "repo", "github-authentication-token-expiration": text }) });

  test.each<[string, AccountFacts, string]>([
    [
      "a classic token",
      facts(),
      "ok sign-in: ada (id 7, User), with a classic personal token (scopes: repo, read:org)",
    ],
    [
      "a token of the command line's sign-in",
      facts({ prefix: "gho_" }),
      "ok sign-in: ada (id 7, User), with a token of an OAuth app (scopes: repo, read:org)",
    ],
    [
      "a fine-grained token",
      facts({ prefix: "github_pat_", account: answer(ada) }),
      "ok sign-in: ada (id 7, User), with a fine-grained personal token",
    ],
    [
      "an App",
      facts({ as: "app", account: answer({ ...ada, type: "Bot" }) }),
      "ok sign-in: ada (id 7, Bot), as a GitHub App",
    ],
    [
      "a token of an installation",
      facts({ account: refused(403, "Resource not accessible by integration") }),
      "fault sign-in: GITHUB_TOKEN is a token of an App's installation (or of GitHub Actions): it ends within an hour and has no account",
    ],
    ["a clock that agrees", facts({ answeredAt: now + 20_000 }), "ok clock: agrees with GitHub's"],
    [
      "a clock ahead",
      facts({ answeredAt: now + 90_000 }),
      "warning clock: this machine's clock is 90 s ahead of GitHub's: times in logs and comments will not agree",
    ],
    [
      "a clock behind, though the token is refused",
      facts({ answeredAt: now - 3_600_000, account: refused(401, "Bad credentials") }),
      "warning clock: this machine's clock is 3600 s behind GitHub's: times in logs and comments will not agree",
    ],
    [
      "an outage",
      facts({ account: refused(503, "Unicorn!", { "content-type": "application/json" }) }),
      "fault github: https://api.github.com: GitHub answered 503",
    ],
    [
      "a limit that is used up",
      facts({
        account: refused(403, "API rate limit exceeded", {
          "x-ratelimit-remaining": "0",
          "x-ratelimit-reset": "1772604000",
        }),
      }),
      "fault github: https://api.github.com: GitHub's rate limit of this account is used up until 06:00 UTC",
    ],
    [
      "a page",
      facts({ account: answer("<html>" as never) }),
      "fault github: https://api.github.com answers, but not as GitHub's API does",
    ],
    ["an end far away", expiring("2026-05-04 05:06:07 UTC"), "ok token-expiry: the token ends on 2026-05-04 05:06 UTC"],
    [
      "an end in another zone",
      expiring("2026-03-06 00:06:07 +0200"),
      "warning token-expiry: the token ends on 2026-03-05 22:06 UTC, in 41 hours",
    ],
    [
      "the present time in place of an end, as of some fine-grained tokens",
      expiring("2026-03-04 05:06:10 UTC"),
      "skipped token-expiry: GitHub's answer tells no usable end (2026-03-04 05:06:10 UTC)",
    ],
    ["an end that is none", expiring("never"), "skipped token-expiry: GitHub's answer tells no usable end (never)"],
    [
      "a token that may delete",
      facts({ account: answer(ada, { "x-oauth-scopes": "repo, delete_repo, admin:org, workflow" }) }),
      "warning token-scopes: the token may do more than is needed: delete_repo, admin:org, workflow",
    ],
  ])("%s", (_, given, expected) => expect(judgeAccount(given).map(short)).toContain(expected));

  test("the end of a token is read in both of its forms, and in no other", () => {
    expect(parseExpiry("2026-01-31 23:00:00 UTC")).toBe(Date.parse("2026-01-31T23:00:00Z"));
    expect(parseExpiry("2026-01-31 23:00:00 -0530")).toBe(Date.parse("2026-02-01T04:30:00Z"));
    expect(parseExpiry("tomorrow")).toBeNaN();
  });
});

describe("a repository", () => {
  const lab = {
    full_name: "ada/lab",
    private: false,
    archived: false,
    disabled: false,
    has_issues: true,
    default_branch: "main",
    permissions: { push: true },
  };
  const facts = (more: Partial<RepositoryFacts> = {}): RepositoryFacts => ({
    name: "ada/lab",
    as: "token",
    repository: answer(lab),
    push: { status: 200, text: "" },
    issues: answer([]),
    pulls: answer([]),
    base: "main",
    branch: answer({ protected: true }),
    head: "codex/issue-1-00000000",
    rules: answer([]),
    rulesets: new Map(),
    ...more,
  });
  const app = (permissions: Record<string, string>, id = 5) =>
    facts({ as: "app", installationId: 5, installation: answer({ id, permissions }) });

  test("that is fine", () => {
    expect(judgeRepository(facts(), "robot").map(({ status }) => status)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
    const all = { contents: "write", issues: "write", pull_requests: "write" };
    expect(judgeRepository(app(all), "robot").map(({ status }) => status)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  });

  test.each<[string, RepositoryFacts, string]>([
    [
      "single sign-on",
      facts({
        repository: refused(403, "Resource protected", { "x-github-sso": "required; url=https://github.com/secret" }),
      }),
      "fault repository: the organization demands single sign-on, for which the token is not authorized",
    ],
    ["disabled", facts({ repository: answer({ ...lab, disabled: true }) }), "fault repository: GitHub has disabled it"],
    ["another installation", app({}, 6), "fault repository: it belongs to the App's installation 6"],
    [
      "issues that may not be read",
      facts({ issues: refused(403, "Resource not accessible by personal access token") }),
      "fault repository-access: the token lacks Issues: read and write",
    ],
    [
      "git that cannot get there",
      facts({ push: { reason: "connect ECONNREFUSED" } }),
      "warning repository-access: robot may write, but GitHub did not answer git (connect ECONNREFUSED)",
    ],
    [
      "contents an App may not read",
      { ...app({}), branch: undefined as never },
      "skipped base-branch: the App may not read contents",
    ],
    [
      "rules that are not told",
      facts({ rules: refused(403, "Upgrade to GitHub Pro") }),
      "skipped branch-rules: GitHub does not tell the rules for codex/issue-*",
    ],
  ])("%s", (_, given, expected) => expect(judgeRepository(given, "robot").map(short)).toContain(expected));

  const ruled = (types: string[], bypass?: string, parameters?: object) =>
    judgeRules(
      facts({
        rules: answer(types.map((type) => ({ type, ruleset_id: 9, parameters }))),
        rulesets: new Map([[9, { name: "Strict", bypass }]]),
      }),
    ).status;
  test.each<[string, string[], string | undefined, object | undefined, string]>([
    ["harmless ones", ["deletion", "non_fast_forward", "required_linear_history"], "never", undefined, "ok"],
    ["signatures", ["required_signatures"], "never", undefined, "fault"],
    ["pull requests, for others than us", ["pull_request"], "always", undefined, "ok"],
    ["pull requests, and a bypass in pull requests only", ["pull_request"], "pull_requests_only", undefined, "fault"],
    ["a ruleset that is not shown", ["creation"], undefined, undefined, "fault"],
    ["a pattern of messages", ["commit_message_pattern"], "never", undefined, "warning"],
    ["checks", ["required_status_checks"], "never", {}, "warning"],
    ["checks not of new branches", ["required_status_checks"], "never", { do_not_enforce_on_create: true }, "ok"],
  ])("rules: %s", (_, types, bypass, parameters, status) => expect(ruled(types, bypass, parameters)).toBe(status));
});

describe("people who decide", () => {
  const eve = { login: "eve", user: answer({ id: 3, login: "eve", type: "User" }) };
  const visible = new Set(["ada/lab"]);
  test.each<[string, GitHubAnswer<{ permission: string }>, string]>([
    ["write", answer({ permission: "write" }), "ok approver-access: may write (write)"],
    [
      "none",
      answer({ permission: "none" }),
      "warning approver-access: has no access there, and yet decides here what is pushed to a branch",
    ],
    [
      "not told",
      refused(403, "Must have push access to view collaborator permission."),
      "skipped approver-access: GitHub does not tell this token what others may do",
    ],
  ])("%s", (_, permission, expected) => {
    const permissions = new Map([
      ["ada/lab", permission],
      ["ada/hidden", permission],
    ]);
    expect(judgeApprover({ ...eve, permissions }, visible).map(short)).toEqual(["ok approver: id 3", expected]);
  });

  test("one account is told when nobody is named, and when it is named", () => {
    const robot = { id: 9, login: "robot" };
    const facts = [{ ...eve, permissions: new Map() }];
    expect(judgeOneAccount(robot, facts)[0]?.status).toBe("ok");
    expect(judgeOneAccount(robot, undefined)[0]?.status).toBe("warning");
    expect(judgeOneAccount({ id: 3, login: "eve" }, facts)[0]?.fix).toContain("CODEX_TRIGGER_LOGINS=eve");
  });
});

describe("the model", () => {
  const json = (status: number, code?: string, message?: string): ModelAnswer => ({
    status,
    json: true,
    ...(code && { code }),
    ...(message && { message }),
  });
  const judged = (one: ModelAnswer, list?: ModelAnswer, responses?: ModelAnswer) =>
    judgeModel({
      baseUrl: "https://example.org/v1",
      model: "m-1",
      one,
      ...(list && { list }),
      ...(responses && { responses }),
    });

  test.each<[string, Finding, string, RegExp]>([
    ["there", judged(json(200)), "ok", /whether credit is left shows only when it is used/],
    ["only in the list", judged(json(404), { ...json(200), models: ["m-1"] } as ModelAnswer), "ok", /^m-1 at/],
    [
      "not in the list",
      judged(json(404), { ...json(200), models: ["x", "m-2"] } as ModelAnswer),
      "fault",
      /there is no model m-1/,
    ],
    [
      "a key without that right",
      judged(json(403, "invalid_request_error", "Missing scopes: api.model.read. Check …")),
      "warning",
      /missing: api\.model\.read\)/,
    ],
    [
      "the same as 401",
      judged(json(401, "x", "You have insufficient permissions. Missing scopes: api.model.read.")),
      "warning",
      /restricted/,
    ],
    ["a country", judged(json(403, "unsupported_country_region_territory")), "fault", /unsupported_country/],
    ["no credit", judged(json(429, "insufficient_quota")), "fault", /no credit is left/],
    ["too many requests", judged(json(429, "rate_limit_exceeded")), "warning", /answered 429/],
    ["an outage", judged(json(502)), "warning", /answered 502/],
    ["a redirection", judged({ status: 302, json: false }), "fault", /sends elsewhere/],
    ["no such route, but the API", judged(json(404), json(404), json(400)), "warning", /does not tell its models/],
    ["no such API", judged(json(404), json(404), json(404)), "fault", /has no Responses API \(404\)/],
    ["nothing there", judged({ reason: "connect ECONNREFUSED" }), "fault", /cannot be reached/],
  ])("%s", (_, { status, found }, expected, words) => {
    expect(status).toBe(expected);
    expect(found).toMatch(words);
  });

  test("what the provider says of the key is not repeated, and names of models cannot control a terminal", () => {
    expect(
      JSON.stringify(judged(json(401, "invalid_api_key", "Incorrect API key provided: sk-abcd****wxyz"))),
    ).not.toContain("sk-abcd");
    const hostile = judged(json(404), { ...json(200), models: ["m-\u001b[2Jx"] } as ModelAnswer);
    expect(hostile.fix).toContain("m-␛[2Jx");
  });
});

describe("the machine", () => {
  const folder = { folder: "/data", keepsPrivate: true, busy: false, freeBytes: 2 ** 40 };
  test.each<[string, Finding[], string]>([
    ["Node.js", [judgeNode("24.21.0")], "ok node: 24.21.0"],
    ["an old Node.js", [judgeNode("22.19.0")], "fault node: 22.19.0 is too old"],
    ["git", [judgeGit({ output: "git version 2.39.5 (Apple Git-154)" })], "ok git: 2.39.5"],
    ["an old git", [judgeGit({ output: "git version 2.28.1" })], "fault git: 2.28.1 is too old"],
    ["a git of the next age", [judgeGit({ output: "git version 3.0.0" })], "ok git: 3.0.0"],
    ["something else for git", [judgeGit({ output: "hub" })], "warning git: git tells no version (hub)"],
    [
      "a drive without rights",
      judgeFolder({ ...folder, keepsPrivate: false }),
      "fault data-folder: /data lies on a drive that keeps no rights: others of this machine could read texts of private repositories",
    ],
    [
      "little room",
      judgeFolder({ ...folder, freeBytes: 2 ** 30 }),
      "warning disk-space: only 1.0 GiB are free; each run needs a working copy of the repository",
    ],
    ["no room", judgeFolder({ ...folder, freeBytes: 100 * 2 ** 20 }), "fault disk-space: only 0.1 GiB are free"],
    [
      "a low port",
      [judgePort({ port: 80, code: "EACCES" })],
      "fault webhook-port: port 80 may not be used by this account",
    ],
    ["no Codex", [judgeCodex({ missing: "install it" })], "fault codex: there is no Codex program"],
    [
      "a Codex that hangs",
      [judgeCodex({ path: "/x/codex", chosen: true, supported: "1.2.3", answer: { reason: "no answer within 10 s" } })],
      "fault codex: /x/codex does not run (no answer within 10 s)",
    ],
    [
      "a newer Codex",
      [judgeCodex({ path: "/x/codex", chosen: true, supported: "1.2.3", answer: { output: "codex-cli 1.3.0" } })],
      "warning codex: 1.3.0 is not the version that this program is made and tested for (1.2.3): events or options may differ",
    ],
  ])("%s", (_, findings, expected) => expect(findings.map(short)).toContain(expected));

  test("a sandbox that AppArmor forbids: both fixes, the narrow one as commands to copy", () => {
    const obstacle = {
      message: "setting up uid map: Permission denied",
      cause: "AppArmor",
      fix: "run: sudo sysctl",
      apparmor: true,
    };
    const { status, found, fix } = judgeObstacle(obstacle, "/opt/bwrap");
    expect([status, found]).toEqual(["fault", "AppArmor (setting up uid map: Permission denied)"]);
    expect(fix).toBe(`run: sudo sysctl. Narrower, for bubblewrap alone:\n${apparmorProfile("/opt/bwrap")}`);
  });

  test("Codex's own sandbox", () => {
    expect(judgeInner(undefined).status).toBe("ok");
    expect(judgeInner({ message: "m", cause: "c", fix: "f" })).toMatchObject({ status: "fault", fix: "f" });
  });
});
