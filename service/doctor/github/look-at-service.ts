import { isExactName, repositoryFilter } from "@froussard/contract";
import type { GitHub } from "@froussard/github/client";
import type { Credential } from "@froussard/github/credential";
import { check } from "../../checks/finding.ts";
import { askGitHub } from "../../checks/github/ask-github.ts";
import { askingOnce, lookAtGitHub } from "../../checks/github/look-at-github.ts";
import type { Finding } from "../doctor-report.ts";
import { githubWords } from "../doctor-words.ts";
import type { Vantage } from "../kafka/judge-kafka.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import { deployedSettings, type Settings } from "../kubernetes/deployed-settings.ts";
import { deployedSignIn } from "./deployed-sign-in.ts";
import { judgeSameAccount, type Owner } from "./judge-same-account.ts";
import { judgeWebhook } from "./judge-webhook.ts";
import { readWebhook } from "./read-webhook.ts";

/** Of globs so many repositories are looked at, which tells enough of a token. */
const mostRepositories = 10;

export interface GitHubLook extends Vantage {
  /** A token that may read webhooks, where the service's may not. */
  webhookToken?: string | undefined;
  timeoutMs: number;
}

/** Asks GitHub as the deployed service would, of what it is set to serve. Changes nothing there. */
export async function lookAtService(facts: ClusterFacts, look: GitHubLook): Promise<Finding[]> {
  const { service, workflows } = facts.namespaces;
  const signIn = deployedSignIn(facts, service);
  const runs = deployedSignIn(facts, workflows);
  const read = deployedSettings("watch", facts) ?? deployedSettings("serve", facts);
  if (!read || "faults" in read)
    return unasked(
      read ? "the settings have to be put right first" : "there is no Deployment that says what is served",
    );
  if ("because" in signIn) return [...unasked(signIn.because, signIn.fix), judgeSameAccount(signIn, runs, undefined)];
  const { settings } = read;
  const apiBaseUrl = settings.GITHUB_API_BASE_URL ?? "https://api.github.com";
  const as = (credential: Credential) => askingOnce({ credential, apiBaseUrl, timeoutMs: look.timeoutMs });
  const github = as(signIn.credential);
  const words = githubWords(facts.namespaces);
  const { names: repositories, findings } = await servedRepositories(
    github,
    settings.CODEX_REPOSITORIES,
    words.repository,
  );
  const owner = (client: GitHub): Promise<Owner> => askGitHub(() => client.rest.users.getAuthenticated());
  const [seen, owners, hooks] = await Promise.all([
    lookAtGitHub({
      ...{ credential: signIn.credential, apiBaseUrl, repositories, timeoutMs: look.timeoutMs },
      approvers: settings.CODEX_TRIGGER_LOGINS,
      baseBranch: settings.CODEX_BASE_BRANCH,
      branchPrefix: settings.CODEX_BRANCH_PREFIX,
      words,
    }),
    "credential" in runs && "token" in runs.credential && "token" in signIn.credential
      ? Promise.all([owner(github), owner(as(runs.credential))])
      : undefined,
    Promise.all(
      webhookOwners(settings, repositories).map(async ([name, setting]) => {
        const client = look.webhookToken === undefined ? github : as({ token: look.webhookToken });
        return judgeWebhook(await readWebhook(client, name, setting), Date.now());
      }),
    ),
  ]);
  if (!seen.reached && !look.insideCluster)
    return unasked(`${apiBaseUrl} cannot be reached from here`, `look from inside:\n${look.insideLine}`);
  return [
    ...seen.findings,
    ...findings,
    judgeSameAccount(signIn, runs, owners && { service: owners[0], runs: owners[1] }),
    ...hooks.flat(),
  ];
}

function unasked(because: string, fix?: string): Finding[] {
  return (["github", "repository", "webhook", "webhook-deliveries"] as const).map((id, index) =>
    check(id).skipped(because, index === 0 ? fix : undefined),
  );
}

/** Where webhooks stand: the ones that `watch` is told of, and those of the other repositories. Pure. */
export function webhookOwners(
  { GITHUB_HOOK_ID: settings = [] }: Pick<Settings, "GITHUB_HOOK_ID">,
  repositories: readonly string[],
): [owner: string, setting: NonNullable<Settings["GITHUB_HOOK_ID"]>[number] | undefined][] {
  const told = settings.map((setting) => {
    if ("organization" in setting) return [setting.organization, setting] as const;
    return ["repository" in setting ? setting.repository : (repositories[0] ?? ""), setting] as const;
  });
  const isServed = (name: string) =>
    told.some(([owner]) => [name.toLowerCase(), name.split("/")[0]?.toLowerCase()].includes(owner.toLowerCase()));
  return [
    ...told.map(([owner, setting]): [string, typeof setting] => [owner, setting]),
    ...repositories.filter((name) => !isServed(name)).map((name): [string, undefined] => [name, undefined]),
  ];
}

/** Those that are named, and the first that globs find; of a glob that finds none, a finding. */
async function servedRepositories(
  github: GitHub,
  patterns: readonly string[],
  fix: string,
): Promise<{ names: string[]; findings: Finding[] }> {
  const exact = patterns.filter(isExactName);
  const globs = patterns.filter((pattern) => !isExactName(pattern));
  if (globs.length === 0) return { names: exact, findings: [] };
  const page = { per_page: 100 };
  const { repos, apps } = github.rest;
  const listed = await askGitHub(async () => {
    if (!github.app) return await repos.listForAuthenticatedUser({ ...page, sort: "pushed" });
    const { data, headers } = await apps.listReposAccessibleToInstallation(page);
    return { data: data.repositories, headers };
  });
  // Whoever is refused here hears of it as the sign-in.
  if (listed.kind !== "answer") return { names: exact, findings: [] };
  const all = listed.data.map(({ full_name }) => full_name);
  const findings = globs
    .filter((glob) => !all.some(repositoryFilter([glob])))
    .map((glob) => check("repository", glob).warning("no repository that the account was let in to is called so", fix));
  const found = [...new Set([...exact, ...all.filter(repositoryFilter(patterns))])];
  return { names: found.slice(0, Math.max(exact.length, mostRepositories)), findings };
}
