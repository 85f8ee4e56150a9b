import { chmod, rm } from "node:fs/promises";
import { join } from "node:path";
import { RunFailure, repositoryFilter } from "@froussard/contract";
import { createGitHub, type GitHub, gitUrl } from "@froussard/github/client";
import { resolveLogins } from "@froussard/github/resolve-logins";
import type { Logger } from "pino";
import type { ChangeRules } from "../git/change-rules.ts";
import { createGitRepository } from "../git/git-repository.ts";
import { writeTrustedAuthorities } from "../git/trusted-authorities.ts";
import { everyMs } from "../poll.ts";
import { createPublisher } from "../publish/publisher.ts";
import type { DryRunTexts, MediatorEnvironment } from "../settings.ts";
import { signIn } from "../sign-in.ts";
import { createEgress } from "./egress/egress.ts";
import { createGitHubFacts } from "./github-facts.ts";
import { githubFailure } from "./github-failure.ts";
import { createMediator, type Mediator } from "./mediator.ts";
import type { MediatorOptions } from "./mediator-options.ts";
import { createBudget } from "./model/budget.ts";
import { createInFlight } from "./model/in-flight.ts";
import { createModelProxy } from "./model/model-proxy.ts";
import type { RunRules } from "./prepare-run.ts";
import { createRecordStore } from "./record-store.ts";
import { mediatorRoutes } from "./routes.ts";
import { ownSecrets } from "./secrets/own-secrets.ts";
import { createSecretSearch } from "./secrets/secret-search.ts";
import { type RunningServer, startServer } from "./server/start-server.ts";

export interface RunningMediator {
  /** `unix:<path>` or `<host>:<port>`. */
  listen: string;
  /** See {@link Mediator}. */
  account: Mediator["account"];
  /** Finishes a publish in hand, writes the record, stops serving. */
  stop(): Promise<void>;
}

const minute = 60_000;

/**
 * Puts the mediator of one run together from its settings; resolves when it listens. `onState` hears how the run stands
 * after each change, `onDryRun` the result of a run of which nothing is posted.
 */
export async function startMediator(
  settings: MediatorEnvironment,
  log: Logger,
  { onState, onDryRun }: Pick<MediatorOptions, "onState" | "onDryRun"> = {},
): Promise<RunningMediator> {
  const ending = new AbortController();
  const { signal } = ending;
  const baseUrl = settings.GITHUB_API_BASE_URL;
  // GitHub asks for a pause between writes; a simulator on this machine does not.
  const paceWrites = !["localhost", "127.0.0.1", "[::1]"].includes(new URL(baseUrl).hostname);
  const credential = signIn(settings, "mediator");
  const github = createGitHub({ ...credential, baseUrl, paceWrites, signal, log });
  const secrets = createSecretSearch(
    ownSecrets({
      signIn: credential,
      token: github.accessToken,
      openaiKey: settings.OPENAI_API_KEY,
      bearer: settings.RUN_BEARER,
    }),
  );
  const approvers = settings.CODEX_TRIGGER_LOGINS.map((login) => login.split(":")[0] ?? login);
  const codex = {
    model: settings.CODEX_MODEL,
    effort: settings.CODEX_REASONING_EFFORT,
    sandbox: settings.CODEX_SANDBOX,
  };
  const mediator = createMediator({
    claim: settings,
    ...(settings.TASK_DRY_RUN ? { dryRun: settings } : hasTexts(settings) && { texts: settings }),
    rules: () => rulesOf(settings, github, log),
    codex,
    prices: settings.CODEX_PRICES,
    limits: { perIssue: settings.CODEX_RUNS_PER_ISSUE, perDay: settings.CODEX_RUNS_PER_DAY },
    deadlineMs: settings.CODEX_DEADLINE_MINUTES * minute,
    idleMs: settings.CODEX_IDLE_MINUTES * minute,
    egress: settings.CODEX_EGRESS_HOSTS.length > 0,
    facts: createGitHubFacts(github),
    publisher: createPublisher({ github, log, approvers, signal }),
    openGit: async ({ snapshot: { repository }, base }) =>
      createGitRepository({
        url: gitUrl(baseUrl, repository.nameWithOwner),
        token: () => gitToken(github),
        folder: join(settings.MEDIATOR_STATE, "git"),
        searchPath: settings.PATH,
        authorities: settings.NODE_EXTRA_CA_CERTS && (await writeTrustedAuthorities(settings.MEDIATOR_STATE)),
        signal,
        rules: changeRules(settings),
        secrets,
        forbiddenBranches: [base.branch, ...(repository.defaultBranch ? [repository.defaultBranch.name] : [])],
      }),
    secrets,
    store: createRecordStore(settings.MEDIATOR_STATE, (message) => log.warn(message)),
    clock: () => new Date(),
    log,
    ...(onState && { onState }),
    ...(onDryRun && { onDryRun }),
    progressIntervalMs: 5_000,
    wantedIntervalMs: 5_000,
    everyWantedLook: everyMs(15_000),
    flushPatienceMs: { answer: 3_000, push: 15_000, stop: 15_000 },
  });
  const proxy = createModelProxy({
    baseUrl: settings.OPENAI_BASE_URL,
    apiKey: settings.OPENAI_API_KEY,
    budget: createBudget({
      limit: settings.CODEX_TOKEN_BUDGET,
      ledger: mediator.ledger,
      changed: mediator.ledgerChanged,
      maxOutputTokens: settings.CODEX_MAX_ANSWER_TOKENS,
    }),
    inFlight: createInFlight(2, 16),
    stillWanted: mediator.stillWanted,
    over: mediator.over,
    noteFailure: mediator.noteFailure,
  });
  const server = await listen(settings, {
    bearer: settings.RUN_BEARER,
    routes: mediatorRoutes(mediator, proxy, codex),
    tunnel: createEgress({
      hosts: settings.CODEX_EGRESS_HOSTS,
      isWorking: mediator.isWorking,
      stillWanted: mediator.stillWanted,
      over: mediator.left,
      log,
    }),
    onError: (error) => log.error({ err: error }, "a request failed"),
  });
  return {
    listen: server.listen,
    account: mediator.account,
    async stop() {
      await mediator.stop();
      ending.abort(new Error("the mediator is stopping"));
      await server.close();
    },
  };
}

function hasTexts({ TASK_PROMPT, TASK_ISSUE_TITLE, TASK_ISSUE_BODY, TASK_PLAN_COMMENT_BODY }: DryRunTexts): boolean {
  return [TASK_PROMPT, TASK_ISSUE_TITLE, TASK_ISSUE_BODY, TASK_PLAN_COMMENT_BODY].some((text) => text !== undefined);
}

async function listen(
  { MEDIATOR_LISTEN: address }: MediatorEnvironment,
  options: Omit<Parameters<typeof startServer>[0], "listen">,
): Promise<RunningServer> {
  // A socket that a killed predecessor left would refuse the new one.
  if ("path" in address) await rm(address.path, { force: true });
  const server = await startServer({ ...options, listen: address });
  if ("path" in address) await chmod(address.path, 0o600);
  return server;
}

/** Asked for before each call of git that needs it: an App's token is good for an hour, and a run may take longer. */
async function gitToken(github: GitHub): Promise<string> {
  try {
    return await github.accessToken();
  } catch (error) {
    throw githubFailure(error, "signing in to GitHub for git");
  }
}

function changeRules(settings: MediatorEnvironment): ChangeRules {
  return {
    protectedPaths: settings.CODEX_PROTECTED_PATHS,
    maxFiles: settings.CODEX_MAX_FILES,
    maxBytes: settings.CODEX_MAX_BYTES,
  };
}

async function rulesOf(settings: MediatorEnvironment, github: GitHub, log: Logger): Promise<RunRules> {
  return {
    policy: { approverIds: await approverIds(settings, github, log), trigger: settings.CODEX_PLAN_TRIGGER },
    isServed: repositoryFilter(settings.CODEX_REPOSITORIES),
    branchPrefix: settings.CODEX_BRANCH_PREFIX,
    baseBranch: settings.CODEX_BASE_BRANCH,
    webSearch: settings.CODEX_WEB_SEARCH,
    changes: changeRules(settings),
    commitChecks: settings.CODEX_COMMIT_CHECKS,
  };
}

async function approverIds(settings: MediatorEnvironment, github: GitHub, log: Logger): Promise<number[]> {
  try {
    return await resolveLogins(github, settings.CODEX_TRIGGER_LOGINS, (message) => log.warn(message));
  } catch (error) {
    const isSetting = error instanceof Error && error.message.startsWith("CODEX_TRIGGER_LOGINS");
    throw isSetting ? new RunFailure("internal", error.message) : githubFailure(error, "looking up the listed people");
  }
}
