import { describe, expect, test } from "vitest";
import type { Finding } from "../finding.ts";
import type { AccountFacts } from "./account-facts.ts";
import type { GitHubAnswer } from "./ask-github.ts";
import type { GitHubWords } from "./github-checks.ts";
import { judgeAccount, parseExpiry } from "./judge-account.ts";
import { judgeApprover, judgeOneAccount } from "./judge-approvers.ts";
import { judgeRepository } from "./judge-repository.ts";
import { judgeRules } from "./judge-rules.ts";
import type { RepositoryFacts } from "./repository-facts.ts";

/** A finding as `status id`, followed by what was found. */
const short = ({ id, status, found }: Finding) => `${status} ${id}: ${found}`;

const words: GitHubWords = {
  token: "THE_TOKEN",
  newToken: "make a new token",
  repository: "correct the name",
  renamed: (name) => `call it ${name}`,
  installation: (id) => `take installation ${id}`,
  baseBranch: "correct the branch",
  approvers: "correct the list",
  ownAccount: (login) => `take another account than ${login}`,
};
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
      "fault sign-in: THE_TOKEN is a token of an App's installation (or of GitHub Actions): it ends within an hour and has no account",
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
  ])("%s", (_, given, expected) => expect(judgeAccount(given, words).map(short)).toContain(expected));

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
    expect(judgeRepository(facts(), "robot", words).map(({ status }) => status)).toEqual([
      "ok",
      "ok",
      "ok",
      "ok",
      "ok",
    ]);
    const all = { contents: "write", issues: "write", pull_requests: "write" };
    expect(judgeRepository(app(all), "robot", words).map(({ status }) => status)).toEqual([
      "ok",
      "ok",
      "ok",
      "ok",
      "ok",
    ]);
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
  ])("%s", (_, given, expected) => expect(judgeRepository(given, "robot", words).map(short)).toContain(expected));

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
    expect(judgeApprover({ ...eve, permissions }, visible, words).map(short)).toEqual(["ok approver: id 3", expected]);
  });

  test("one account is told when nobody is named, and when it is named", () => {
    const robot = { id: 9, login: "robot" };
    const facts = [{ ...eve, permissions: new Map() }];
    expect(judgeOneAccount(robot, facts, words)[0]?.status).toBe("ok");
    expect(judgeOneAccount(robot, undefined, words)[0]?.status).toBe("warning");
    expect(judgeOneAccount({ id: 3, login: "eve" }, facts, words)[0]?.fix).toContain("another account than eve");
  });
});
