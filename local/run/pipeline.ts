import { chmodSync } from "node:fs";
import { join } from "node:path";
import { createGitHub } from "@froussard/github/client";
import type { Credential } from "@froussard/github/credential";
import { type CredentialSettings, credentialOf } from "@froussard/github/credential-settings";
import { openEmbeddedQueue } from "froussard/embedded-queue";
import { openService } from "froussard/open-service";
import { startServe } from "froussard/serve/start-serve";
import { startWatch } from "froussard/watch/start-watch";
import type { Logger } from "pino";
import { checkAccess } from "./check-access.ts";
import { runQueuedTask } from "./run-queued-task.ts";
import { serviceConfig } from "./service-config.ts";
import { type LocalSettings, SettingsError } from "./settings.ts";
import { claimFolder } from "./single-instance.ts";
import { work } from "./worker.ts";

export interface PipelineOptions {
  settings: LocalSettings;
  basics: { path: string; lang: string };
  log: Logger;
  /** Ends everything in order: what is under way is written down and given back. */
  signal: AbortSignal;
}

/**
 * Watch, webhooks, queue and worker in one process; the runs are processes of their own. Resolves after `signal`.
 * @throws SettingsError when the settings are wrong, before anything is started.
 */
export async function runPipeline({ settings, basics, log, signal }: PipelineOptions): Promise<void> {
  const known = withLogins(settings, "somebody");
  const { watch } = serviceConfig(known, join(settings.data, "queue.db"));
  const signIn = readCredential(watch);
  const github = createGitHub({
    ...signIn,
    // Who we are, and what we see; the programs ask for more themselves.
    scope: { permissions: { metadata: "read" } },
    ...(settings.passed["GITHUB_API_BASE_URL"] && { baseUrl: settings.passed["GITHUB_API_BASE_URL"] }),
    retries: 1,
    signal,
  });
  const account = await checkAccess(github, settings.repositories);
  const complete = withLogins(settings, `${account.login}:${account.id}`);
  const folder = claimFolder(settings.data);
  chmodSync(settings.data, 0o700);
  try {
    await runAll({ settings: complete, basics, log, signal }, account.login);
  } finally {
    folder.release();
  }
}

/** @throws SettingsError when the App's key is not in its file */
function readCredential(settings: CredentialSettings): Credential {
  try {
    return credentialOf(settings);
  } catch (error) {
    throw new SettingsError([(error as Error).message]);
  }
}

async function runAll({ settings, basics, log, signal }: PipelineOptions, account: string): Promise<void> {
  const queuePath = join(settings.data, "queue.db");
  const config = serviceConfig(settings, queuePath);
  const queue = openEmbeddedQueue({ path: queuePath });
  try {
    const service = await openService(config.watch, { log, queue, signal });
    const serving =
      config.serve && (await startServe(service, config.serve, { host: "127.0.0.1", portSetting: "--port" }));
    if (serving) log.info(`webhooks are taken at http://127.0.0.1:${serving.port}/webhooks/github`);
    const watching = startWatch(service, config.watch);
    const approvers = config.watch.CODEX_TRIGGER_LOGINS.join(", ");
    log.info({ account, approvers }, `at work on ${settings.repositories.join(", ")}; Ctrl-C ends it`);
    await work({
      queue,
      log,
      signal,
      concurrency: settings.concurrency,
      run: (task, until) => runQueuedTask(task, settings, basics, log, until),
    });
    log.info("ending: what is under way is written down");
    await serving?.stop();
    await watching.stop();
    await service.close();
  } finally {
    await queue.close();
  }
}

/** Without a list it is the token's own account that decides: one account for bot and person. */
function withLogins(settings: LocalSettings, otherwise: string): LocalSettings {
  const { CODEX_TRIGGER_LOGINS, CODEX_TRIGGER_LOGIN } = settings.passed;
  const logins = CODEX_TRIGGER_LOGINS ?? CODEX_TRIGGER_LOGIN ?? otherwise;
  return { ...settings, passed: { ...settings.passed, CODEX_TRIGGER_LOGINS: logins } };
}
