#!/usr/bin/env node
import { once } from "node:events";
import { Command, CommanderError } from "commander";
import { pino } from "pino";
import { systemClock } from "./clock.ts";
import { type CommonConfig, ConfigError, readServeConfig, readWatchConfig, type WatchConfig } from "./config.ts";
import { doctorCommand } from "./doctor/command.ts";
import { type Ending, endInOrder } from "./end-in-order.ts";
import { openService, type Service } from "./open-service.ts";
import description from "./package.json" with { type: "json" };
import { healthHandlers } from "./serve/health-handlers.ts";
import { startServer } from "./serve/server.ts";
import { startDeadLetters } from "./serve/start-dead-letters.ts";
import { startServe } from "./serve/start-serve.ts";
import type { Tracing } from "./tracing/start-tracing.ts";
import { createWatch, startWatch } from "./watch/start-watch.ts";
import { unfinishedWorkflows } from "./workflows/unfinished-workflows.ts";

const common = `
Settings are environment variables:
  GITHUB_TOKEN                    token of the automation account (required, or the three of a GitHub App:)
  GITHUB_APP_ID                   the App's id
  GITHUB_APP_INSTALLATION_ID      where it is installed
  GITHUB_APP_PRIVATE_KEY_FILE     its private key, a .pem file
  GITHUB_API_BASE_URL             https://<host>/api/v3 for GitHub Enterprise Server
  NODE_EXTRA_CA_CERTS             authorities to trust besides the public ones, a PEM file
  CODEX_TRIGGER_LOGINS            who may start and approve: login or login:id, comma list (required)
  CODEX_REPOSITORIES              what is served: owner/name or globs, comma list (required)
  CODEX_PLAN_TRIGGER              what starts planning: author (default), label:<name>, command
  CODEX_SINCE                     older issues are not planned by themselves (default: 24 h before the start)
  CODEX_BASE_BRANCH               default: the repository's default branch
  CODEX_BRANCH_PREFIX             default: codex/issue-
  CODEX_DEADLINE_MINUTES          time limit of a run (default 60)
  KAFKA_BROKERS                   where to publish: host:port, comma list (this or FROUSSARD_QUEUE is required)
  KAFKA_USERNAME, KAFKA_PASSWORD  who signs in, when the listener asks for it
  KAFKA_SASL_MECHANISM            SCRAM-SHA-512 (default), SCRAM-SHA-256, PLAIN
  KAFKA_CA_FILE                   the cluster's CA in PEM form; turns TLS on
  KAFKA_TLS                       true for TLS with the system's authorities
  KAFKA_TOPIC                     default: github.webhook.events
  KAFKA_CODEX_TOPIC               default: github.codex.tasks
  KAFKA_CLIENT_ID                 default: froussard
  FROUSSARD_QUEUE                 file of the embedded queue, in place of Kafka
  SHUTDOWN_GRACE_SECONDS          time to finish what is in hand when told to stop (default 20)
  OTEL_EXPORTER_OTLP_ENDPOINT     sends traces to this collector (OTLP over HTTP) when set
  LOG_LEVEL                       debug, info (default), warn, error`;
const serveSettings = `
  GITHUB_WEBHOOK_SECRET           the webhook's secret (required)
  GITHUB_WEBHOOK_SECRET_PREVIOUS  also accepted while the secret is changed
  PORT                            default 8080
  DEAD_LETTER_PORT                takes POST /dead-letters here when set; not for the outside
  DEAD_LETTER_TOKEN               what a dead letter has to bring as its bearer`;
const watchSettings = `
  WATCH_REPOSITORY_SECONDS        between questions for changes (default 10)
  WATCH_FRESH_PLAN_SECONDS        between looks at plans younger than ten minutes (default 4)
  WATCH_OLD_PLAN_SECONDS          between looks at plans older than a day (default 60)
  WATCH_POINTS_PER_HOUR           ceiling of GraphQL points (default 1500)
  WATCH_PORT                      serves /health/… and /metrics here when set
  WORKFLOWS_NAMESPACE             in a cluster: where runs are looked for before anything is published again
  GITHUB_HOOK_ID                  webhooks whose failed deliveries are asked for again, comma list: <id> (with
                                  one repository), owner/name=<id> or organization=<id>`;

/** Ends the process in order, once, at the first signal; at the second at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
  return stop.signal;
}

/** Also when it happened before, as a signal during the start does. */
async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

function logger(level: string) {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}

interface Open {
  service: Service;
  tracing: Tracing | undefined;
}

async function open(config: CommonConfig & Pick<Partial<WatchConfig>, "WORKFLOWS_NAMESPACE">): Promise<Open> {
  const log = logger(config.LOG_LEVEL);
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  // Loaded only where it is used: it takes memory.
  const tracing =
    endpoint === undefined ? undefined : (await import("./tracing/start-tracing.ts")).startTracing({ endpoint, log });
  const namespace = config.WORKFLOWS_NAMESPACE;
  const workflows = namespace === undefined ? {} : await workflowsIn(namespace);
  const service = await openService(config, {
    log,
    signal,
    ...(tracing && { tracer: tracing.tracer }),
    ...workflows,
  });
  service.metrics.collectProcess();
  return { service, tracing };
}

/** Loaded only where it is used, too. @throws Error outside of a cluster */
async function workflowsIn(namespace: string): Promise<Pick<Service, "liveTasks" | "finishedAt">> {
  const { inClusterConfig, kubernetesWorkflows } = await import("./workflows/kubernetes-workflows.ts");
  inClusterConfig();
  const { list, finishedAt } = kubernetesWorkflows(() => inClusterConfig(), namespace);
  return { liveTasks: unfinishedWorkflows(list, { clock: systemClock }), finishedAt };
}

async function serve(): Promise<void> {
  const config = readServeConfig(process.env);
  const { service, tracing } = await open(config);
  const serving = await startServe(service, config);
  const deadLetters = await startDeadLetters(service, config);
  await ended({ service, tracing }, config, [
    { name: "deliveries in hand", end: (ms) => serving.stop(ms) },
    { name: "dead letters in hand", end: async (ms) => deadLetters?.stop(ms) },
  ]);
}

async function watch(): Promise<void> {
  const config = readWatchConfig(process.env);
  const { service, tracing } = await open(config);
  const looking = createWatch(service, config);
  const health = await startHealth(service, config.WATCH_PORT, () => looking.stuck);
  const watching = startWatch(service, config, looking);
  await ended({ service, tracing }, config, [
    { name: "the look in hand", end: () => watching.stop() },
    { name: "health", end: async (ms) => health?.stop(ms) },
  ]);
}

/** Waits for the signal, ends all in order, and the process with it: 0 when everything in hand was finished, else 1. */
async function ended({ service, tracing }: Open, config: CommonConfig, endings: readonly Ending[]): Promise<never> {
  await aborted(signal);
  const graceMs = config.SHUTDOWN_GRACE_SECONDS * 1000;
  service.log.info({ graceMs }, "ending: what is in hand is finished");
  const all = [
    ...endings,
    { name: "publishing", end: (ms: number) => service.close(ms) },
    { name: "traces", end: async (ms: number) => tracing?.stop(ms) },
  ];
  // Something may still hold the process, a pause before a retry for example; it is not waited for.
  process.exit((await endInOrder(all, graceMs, service.log)) ? 0 : 1);
}

async function lookOnce(): Promise<void> {
  const config = readWatchConfig(process.env);
  const { service, tracing } = await open(config);
  const failed = await createWatch(service, config).once(signal);
  await service.close();
  await tracing?.stop();
  if (failed > 0) throw new Error(`${failed} questions to GitHub failed, see the log: run it again`);
}

async function startHealth(
  { metrics, log, notReady }: Service,
  port: number | undefined,
  stuck: () => string | undefined,
) {
  if (port === undefined) return undefined;
  return startServer(healthHandlers(metrics, notReady, stuck), { port, portSetting: "WATCH_PORT", log });
}

/** Says what went wrong; the exit code, 2 for what was called or set wrongly. */
function report(error: unknown): number {
  // Commander has said it.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
  process.stderr.write(`froussard: ${error instanceof Error ? error.message : String(error)}${cause}\n`);
  return error instanceof ConfigError ? 2 : 1;
}

const program = new Command("froussard")
  .description(
    "From GitHub issues to tasks for Codex: takes webhooks, and looks by itself for what webhooks do not tell.",
  )
  .version(description.version)
  .exitOverride()
  .showHelpAfterError("(add --help for what can be said here)");
program
  .command("serve")
  .description("Take webhooks at POST /webhooks/github and publish what they ask for.")
  .addHelpText("after", common + serveSettings)
  .action(serve);
program
  .command("watch")
  .description("Look at issues, plans and reactions again and again, and publish what is due.")
  .addHelpText("after", common + watchSettings)
  .action(watch);
program
  .command("once")
  .description("Look at everything one time, publish what is due, and end.")
  .addHelpText("after", common + watchSettings)
  .action(lookOnce);

const signal = stopSignal();
program.addCommand(doctorCommand(signal).copyInheritedSettings(program));
try {
  await program.parseAsync();
} catch (error) {
  // Told to stop during the start: nothing is in hand, and the pause before a retry must not hold the process.
  if (signal.aborted && error === signal.reason) process.exit();
  // Not only the code: a part that was started before another one failed would hold the process.
  process.exit(report(error));
}
