import { isExactName, type RepositoryFilter, repositoryFilter } from "@froussard/contract";
import { createGitHub } from "@froussard/github/client";
import type { TokenScope } from "@froussard/github/credential";
import { credentialOf } from "@froussard/github/credential-settings";
import { resolveLogins } from "@froussard/github/resolve-logins";
import { RequestError } from "@octokit/request-error";
import type { Tracer } from "@opentelemetry/api";
import { believableReset } from "./believable-reset.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { CommonConfig, WatchConfig } from "./config.ts";
import { type EmbeddedQueue, openEmbeddedQueue } from "./embedded-queue.ts";
import type { Allowance, GitHubAccess } from "./github-access.ts";
import { kafkaConfig } from "./kafka/kafka-config.ts";
import { measuredPublisher } from "./measured-publisher.ts";
import { Metrics } from "./metrics.ts";
import { octokitAccess } from "./octokit-access.ts";
import { PublishedTasks } from "./published-tasks.ts";
import type { Publisher } from "./publisher.ts";

import type { ServiceLog } from "./service-log.ts";
import type { ServicePolicy } from "./service-policy.ts";

/** What `serve` and `watch` have in common; one process may run both over the same one. */
export interface Service {
  github: GitHubAccess;
  publisher: Publisher;
  /** Ids of the tasks that wait or run. */
  liveTasks: () => Promise<ReadonlySet<string>>;
  /** When the run of a task has finished, where that can be told; undefined when it has not. ISO 8601. */
  finishedAt?: (taskId: string) => Promise<string | undefined>;
  /** Why nothing can be published now, or undefined when it can; true in both directions without a request. */
  notReady: () => Promise<string | undefined>;
  published: PublishedTasks;
  policy: ServicePolicy;
  admits: RepositoryFilter;
  clock: Clock;
  log: ServiceLog;
  metrics: Metrics;
  tracer?: Tracer;
  /** Everybody who wants to hear what GitHub says about the rate limits. */
  onAllowance: Set<(allowance: Allowance) => void>;
  /** Publishes what is waiting within `graceMs`; see {@link Publisher.close}. */
  close(graceMs?: number): Promise<void>;
}

export interface ServiceOptions {
  log: ServiceLog;
  /** @default Kafka or a queue of its own, as the settings say, closed with the service */
  queue?: EmbeddedQueue;
  /** @default those of the queue; none with Kafka */
  liveTasks?: Service["liveTasks"];
  /** @default nobody can tell */
  finishedAt?: Service["finishedAt"];
  /** @default the system's */
  clock?: Clock;
  /** @default none: no traces */
  tracer?: Tracer;
  /** Keep the pace of writes that GitHub asks for; off only against a simulator. @default true */
  paceWrites?: boolean;
  /** Gives the start up, at once; of no effect once the service is open, so that what is in hand can be finished. */
  signal?: AbortSignal;
}

const day = 24 * 60 * 60 * 1000;

/**
 * Connects to GitHub, resolves the listed logins, checks the repositories that are named exactly, and opens the queue.
 * @throws Error saying which setting to correct; the reason of `signal` when that ended the start
 */
export async function openService(
  config: CommonConfig & Pick<Partial<WatchConfig>, "GITHUB_HOOK_ID">,
  options: ServiceOptions,
): Promise<Service> {
  const { log, clock = systemClock, paceWrites = true } = options;
  const baseUrl = config.GITHUB_API_BASE_URL;
  const stop = new AbortController();
  const client = createGitHub({
    ...credentialOf(config),
    scope: { permissions: permissionsOf(config) },
    ...(baseUrl !== undefined && { baseUrl }),
    paceWrites,
    signal: stop.signal,
    log: { debug: (message) => log.debug({}, message), warn: (message) => log.warn({}, message) },
  });
  const policy: ServicePolicy = {
    // Filled in below: looking the logins up needs the client.
    approverIds: [],
    trigger: config.CODEX_PLAN_TRIGGER,
    since: since(config, clock),
    branchPrefix: config.CODEX_BRANCH_PREFIX,
    deadlineMinutes: config.CODEX_DEADLINE_MINUTES,
    ...(config.CODEX_BASE_BRANCH !== undefined && { baseBranch: config.CODEX_BASE_BRANCH }),
  };
  const metrics = new Metrics();
  const onAllowance = new Set<(allowance: Allowance) => void>([(allowance) => metrics.noteAllowance(allowance)]);
  const github = octokitAccess(client, policy, (said) => {
    const allowance = { ...said, resetAt: believableReset(said.resetAt, clock.now()) };
    for (const listener of onAllowance) listener(allowance);
  });
  const check = async () => {
    policy.approverIds = await resolveLogins(client, config.CODEX_TRIGGER_LOGINS, (message) => log.warn({}, message));
    for (const repository of config.CODEX_REPOSITORIES.filter(isExactName))
      if (!(await github.mayPush(repository)))
        log.warn({ repository }, "the token may not push here: runs will fail until it has write access");
  };
  try {
    await unlessAborted(check(), options.signal);
  } catch (error) {
    stop.abort();
    throw explain(error, baseUrl ?? "https://api.github.com");
  }
  const queue = options.queue ? embedded(options.queue) : await openQueue(config, { log, clock });
  return {
    github,
    publisher: measuredPublisher(queue.publisher, metrics),
    liveTasks: options.liveTasks ?? queue.liveTasks,
    ...(options.finishedAt && { finishedAt: options.finishedAt }),
    notReady: queue.notReady,
    published: new PublishedTasks(),
    policy,
    admits: repositoryFilter(config.CODEX_REPOSITORIES),
    clock,
    log,
    metrics,
    ...(options.tracer && { tracer: options.tracer }),
    onAllowance,
    async close(graceMs) {
      stop.abort();
      if (!options.queue) await queue.publisher.close(graceMs);
    },
  };
}

/** Where records go, and what is known there. */
type Queue = Pick<Service, "publisher" | "liveTasks" | "notReady">;

async function openQueue(config: CommonConfig, { log, clock }: Pick<Service, "log" | "clock">): Promise<Queue> {
  const { FROUSSARD_QUEUE: path } = config;
  if (path !== undefined) return embedded(openEmbeddedQueue({ path, now: () => clock.now() }));
  const kafka = kafkaConfig(config);
  if (!kafka) throw new Error("nowhere to publish: set KAFKA_BROKERS or FROUSSARD_QUEUE");
  // Loaded only where it is used: it takes time and memory.
  const { openKafkaPublisher } = await import("./kafka/kafka-publisher.ts");
  const publisher = openKafkaPublisher(kafka, { log, clock });
  // Kafka does not know what runs.
  return { publisher, liveTasks: async () => new Set(), notReady: async () => publisher.notReady() };
}

/** The queue is asked each time, so readiness comes back by itself. */
function embedded(queue: EmbeddedQueue): Queue {
  const liveTasks = () => queue.liveTasks();
  const notReady = () =>
    liveTasks().then(
      () => undefined,
      () => "the queue cannot be read",
    );
  return { publisher: queue, liveTasks, notReady };
}

/** Does not wait for the end of `work`: it may sit in the pause before a retry, which no signal reaches. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", giveUp));
}

/**
 * What an App's tokens are for: snapshots with the default branch's tip, which is of the contents; marks, labels and
 * comments; and webhooks, where their deliveries are asked for again. Branches and pull requests are the runs' affair.
 */
function permissionsOf({ GITHUB_HOOK_ID: hooks = [] }: Pick<Partial<WatchConfig>, "GITHUB_HOOK_ID">) {
  const ofOrganizations = hooks.filter((hook) => "organization" in hook).length;
  return {
    metadata: "read",
    contents: "read",
    issues: "write",
    ...(hooks.length > ofOrganizations && { repository_hooks: "write" }),
    ...(ofOrganizations > 0 && { organization_hooks: "write" }),
  } satisfies TokenScope["permissions"];
}

function since({ CODEX_SINCE }: CommonConfig, clock: Clock): string {
  const time = CODEX_SINCE === undefined ? clock.now().getTime() - day : Date.parse(CODEX_SINCE);
  // GitHub's form, so that times compare as texts.
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z");
}

function explain(error: unknown, api: string): unknown {
  if (!(error instanceof RequestError)) return error;
  const { status } = error;
  if (status === 401) return new Error("GitHub refused the token: set GITHUB_TOKEN to a valid one");
  if (status === 403 || status === 429)
    return new Error(`GitHub refused or throttled the token (${error.message}): check its scopes and its rate limit`);
  if (status === 404) return error;
  return new Error(`GitHub does not answer at ${api} (${error.message}): check GITHUB_API_BASE_URL and the network`, {
    cause: error,
  });
}
