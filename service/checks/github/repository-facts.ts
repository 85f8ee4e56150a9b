import { type GitHub, gitUrl } from "@froussard/github/client";
import { askGitHub, type GitHubAnswer, reasonOf } from "./ask-github.ts";

/** What GitHub tells of one repository that shall be served. */
export interface RepositoryFacts {
  name: string;
  as: "token" | "app";
  repository: GitHubAnswer<{
    full_name: string;
    private: boolean;
    archived: boolean;
    disabled: boolean;
    has_issues: boolean;
    default_branch: string;
    permissions?: { push: boolean } | undefined;
  }>;
  /** Of an App: which installation is there (undefined: none), with what it was granted. */
  installation?: GitHubAnswer<{ id: number; permissions: Readonly<Record<string, string | undefined>> } | undefined>;
  installationId?: number;
  /** Of a token: what git is told that asks to push, without pushing anything. */
  push?: { status: number; text: string } | { reason: string } | undefined;
  /** Of a token: whether these may be read. */
  issues?: GitHubAnswer<unknown>;
  pulls?: GitHubAnswer<unknown>;
  base: string;
  branch?: GitHubAnswer<{ protected: boolean }>;
  /** Looked at when the branch is not there: no branch at all is an empty repository. */
  branches?: GitHubAnswer<readonly unknown[]>;
  /** A branch as ours are called, and the rules for it. */
  head: string;
  rules?: GitHubAnswer<readonly BranchRule[]>;
  /** Names of the rulesets by id, and whether we are exempt. */
  rulesets: ReadonlyMap<number, { name: string; bypass?: string | undefined }>;
}

export interface BranchRule {
  type: string;
  ruleset_id?: number | undefined;
  parameters?: unknown;
}

export interface RepositoryQuestions {
  /** May read what is there of the repository's settings. */
  github: GitHub;
  /** May read contents besides; asked for nothing when an App was not granted that. */
  reader: GitHub;
  apiBaseUrl: string;
  name: string;
  baseBranch?: string | undefined;
  branchPrefix: string;
  timeoutMs: number;
}

/** Asks GitHub everything about a repository that verdicts need; changes nothing. */
export async function readRepository(questions: RepositoryQuestions): Promise<RepositoryFacts> {
  const { github, reader, name, baseBranch, branchPrefix } = questions;
  const [owner = "", repo = ""] = name.split("/");
  const { app } = github;
  const facts: RepositoryFacts = {
    name,
    as: app ? "app" : "token",
    repository: await askGitHub(() => github.rest.repos.get({ owner, repo })),
    base: baseBranch ?? "",
    head: `${branchPrefix}1-00000000`,
    rulesets: new Map(),
  };
  if (app) {
    facts.installationId = app.installationId;
    facts.installation = await askGitHub(async () => {
      const found = await app.installationOn(name);
      return { data: found && { id: found.id, permissions: { ...found.permissions } }, headers: {} };
    });
  }
  if (facts.repository.kind !== "answer") return facts;
  facts.base ||= facts.repository.data.default_branch;
  const mayRead = !app || grantedContents(facts);
  const one = { owner, repo, per_page: 1 };
  const [rules] = await Promise.all([
    askGitHub(() => github.rest.repos.getBranchRules({ owner, repo, branch: facts.head })),
    (async () => {
      if (!mayRead) return;
      facts.branch = await askGitHub(() => reader.rest.repos.getBranch({ owner, repo, branch: facts.base }));
      if (facts.branch.kind === "refused" && facts.branch.status === 404)
        facts.branches = await askGitHub(() => reader.rest.repos.listBranches(one));
    })(),
    (async () => {
      if (!app) facts.push = await askToPush(questions);
    })(),
    (async () => {
      if (!app) facts.issues = await askGitHub(() => github.rest.issues.listForRepo(one));
    })(),
    (async () => {
      if (!app) facts.pulls = await askGitHub(() => github.rest.pulls.list(one));
    })(),
  ]);
  facts.rules = rules;
  facts.rulesets = await readRulesets(github, { owner, repo }, rules);
  return facts;
}

function grantedContents({ installation }: RepositoryFacts): boolean {
  const permissions = installation?.kind === "answer" ? installation.data?.permissions : undefined;
  return permissions?.["contents"] === "read" || permissions?.["contents"] === "write";
}

async function readRulesets(
  github: GitHub,
  where: { owner: string; repo: string },
  rules: GitHubAnswer<readonly BranchRule[]>,
): Promise<RepositoryFacts["rulesets"]> {
  const ids = rules.kind === "answer" ? new Set(rules.data.flatMap(({ ruleset_id }) => ruleset_id ?? [])) : [];
  const answers = await Promise.all(
    [...ids].map(async (ruleset_id) => {
      const answer = await askGitHub(() => github.rest.repos.getRepoRuleset({ ...where, ruleset_id }));
      // Whoever may not see a ruleset is still bound by it.
      if (answer.kind !== "answer") return [ruleset_id, { name: String(ruleset_id) }] as const;
      const { name, current_user_can_bypass: bypass } = answer.data;
      return [ruleset_id, { name, bypass }] as const;
    }),
  );
  return new Map(answers);
}

/**
 * What git asks first when it pushes. GitHub refuses it to a token that may not write contents, also to a fine-grained one,
 * whose permissions no route of the API tells.
 */
async function askToPush({
  reader,
  apiBaseUrl,
  name,
  timeoutMs,
}: RepositoryQuestions): Promise<RepositoryFacts["push"]> {
  const token = await reader.accessToken();
  const authorization = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
  try {
    const response = await fetch(`${gitUrl(apiBaseUrl, name)}/info/refs?service=git-receive-pack`, {
      headers: { authorization, "user-agent": "git/froussard" },
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) {
      // All refs of the repository, which may be many: the status has told everything.
      await response.body?.cancel();
      return { status: response.status, text: "" };
    }
    return { status: response.status, text: (await response.text()).trim().slice(0, 200) };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}
