import { createGitHub, type GitHub } from "@froussard/github/client";
import type { Credential } from "@froussard/github/credential";
import { check, type Finding } from "../finding.ts";
import { readAccount } from "./account-facts.ts";
import { readApprover } from "./approver-facts.ts";
import type { GitHubWords, githubCheckIds } from "./github-checks.ts";
import { accountOf, judgeAccount } from "./judge-account.ts";
import { judgeApprover, judgeOneAccount } from "./judge-approvers.ts";
import { judgeRepository } from "./judge-repository.ts";
import { readRepository } from "./repository-facts.ts";

export interface GitHubQuestions {
  credential: Credential;
  apiBaseUrl: string;
  repositories: readonly string[];
  /** Entries `login` or `login:id`; absent when nobody is named: then the account that signs in decides. */
  approvers?: readonly string[] | undefined;
  baseBranch?: string | undefined;
  branchPrefix: string;
  words: GitHubWords;
  /** For each question. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface SeenGitHub {
  findings: Finding<(typeof githubCheckIds)[number]>[];
  /** Whose token or App it is; absent when GitHub did not say, which is a fault. */
  account?: { id: number; login: string };
  /** Whether there was any answer. */
  reached: boolean;
}

/** Asks GitHub everything that a run will need of it, as who will ask then. Changes nothing there. */
export async function lookAtGitHub(questions: GitHubQuestions): Promise<SeenGitHub> {
  const { credential, apiBaseUrl, repositories, approvers, baseBranch, branchPrefix, words, timeoutMs } = questions;
  const client = (contents: { contents?: "read" }): GitHub => askingOnce(questions, contents);
  const github = client({});
  const facts = await readAccount(github, "token" in credential ? credential.token : undefined);
  const account = accountOf(facts);
  const findings = judgeAccount(facts, words);
  const reached = facts.account.kind !== "unreachable";
  if (!account) return { reached, findings: [...findings, ...unasked(questions, findings)] };
  const reader = client({ contents: "read" });
  const [served, people] = await Promise.all([
    Promise.all(
      repositories.map((name) =>
        readRepository({ github, reader, apiBaseUrl, name, baseBranch, branchPrefix, timeoutMs }),
      ),
    ),
    Promise.all((approvers ?? []).map((entry) => readApprover(github, entry, repositories))),
  ]);
  const visible = new Set(served.flatMap(({ name, repository }) => (repository.kind === "answer" ? [name] : [])));
  return {
    account,
    reached,
    findings: [
      ...findings,
      ...served.flatMap((repository) => judgeRepository(repository, account.login, words)),
      ...people.flatMap((person) => judgeApprover(person, visible, words)),
      ...(facts.as === "token" ? judgeOneAccount(account, approvers && people, words) : []),
    ],
  };
}

/** A client that asks once: who looks wants to hear what is, not what comes after some patience. */
export function askingOnce(
  {
    credential,
    apiBaseUrl,
    timeoutMs,
    signal,
  }: Pick<GitHubQuestions, "credential" | "apiBaseUrl" | "timeoutMs" | "signal">,
  permissions: { contents?: "read"; repository_hooks?: "read" } = {},
): GitHub {
  return createGitHub({
    ...credential,
    scope: { permissions: { metadata: "read", ...permissions } },
    ...{ baseUrl: apiBaseUrl, retries: 0, timeoutMs, maxRetryAfterSeconds: 0 },
    ...(signal && { signal }),
  });
}

/** What could not be asked without knowing who we are. */
function unasked(
  { repositories, approvers = [] }: GitHubQuestions,
  findings: SeenGitHub["findings"],
): SeenGitHub["findings"] {
  const because = findings.some(({ id, status }) => id === "github" && status === "fault")
    ? "GitHub does not answer"
    : "the sign-in has to be put right first";
  return [
    ...repositories.map((name) => check("repository", name).skipped(because)),
    ...approvers.map((entry) => check("approver", entry.split(":")[0]).skipped(because)),
  ];
}
