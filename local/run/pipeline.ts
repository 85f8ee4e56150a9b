import { chmodSync } from "node:fs";
import { join } from "node:path";
import { openEmbeddedQueue } from "froussard/embedded-queue";
import { openService } from "froussard/open-service";
import { startServe } from "froussard/serve/start-serve";
import { createWatch, startWatch } from "froussard/watch/start-watch";
import type { Logger } from "pino";
import type { Tell } from "../view/event.ts";
import { announceQueued } from "./announce-queued.ts";
import { issueNews } from "./issue-news.ts";
import { runQueuedTask } from "./run-queued-task.ts";
import { serviceConfig } from "./service-config.ts";
import type { LocalSettings } from "./settings.ts";
import { claimFolder } from "./single-instance.ts";
import { work } from "./worker.ts";

export interface PipelineOptions {
  settings: LocalSettings;
  /** Whose token or App it is, as the preflight found. */
  account: { id: number; login: string };
  basics: { path: string; lang: string };
  log: Logger;
  /** Hears all that people and machines are shown. */
  tell: Tell;
  /** Ends everything in order: what is under way is written down and given back. */
  signal: AbortSignal;
}

/**
 * Watch, webhooks, queue and worker in one process; the runs are processes of their own. Resolves after `signal`.
 * @throws SettingsError when the settings are wrong, before anything is started.
 */
export async function runPipeline({ settings, account, ...options }: PipelineOptions): Promise<void> {
  const complete = withLogins(settings, `${account.login}:${account.id}`);
  const folder = claimFolder(settings.data);
  chmodSync(settings.data, 0o700);
  try {
    await runAll({ settings: complete, ...options }, account.login);
  } finally {
    folder.release();
  }
}

async function runAll(
  { settings, basics, log, tell, signal }: Omit<PipelineOptions, "account">,
  account: string,
): Promise<void> {
  const underWay = new Set<string>();
  signal.addEventListener(
    "abort",
    () => tell({ event: "stopping", reason: String(signal.reason.message), underWay: [...underWay] }),
    { once: true },
  );
  const queuePath = join(settings.data, "queue.db");
  const config = serviceConfig(settings, queuePath);
  const queue = announceQueued(openEmbeddedQueue({ path: queuePath }), tell);
  try {
    const service = await openService(config.watch, { log, queue, signal });
    const backlog = [...(await queue.liveTasks())];
    const serving =
      config.serve && (await startServe(service, config.serve, { host: "127.0.0.1", portSetting: "--port" }));
    tell({
      event: "ready",
      format: 1,
      account,
      approvers: config.watch.CODEX_TRIGGER_LOGINS.map((login) => login.split(":")[0] ?? login),
      repositories: settings.repositories,
      ...(serving && { webhooks: `http://127.0.0.1:${serving.port}/webhooks/github` }),
      backlog,
    });
    const watching = startWatch(service, config.watch, createWatch(service, config.watch, issueNews(tell)));
    await work({
      queue,
      tell,
      log,
      signal,
      concurrency: settings.concurrency,
      run: async (task, until) => {
        underWay.add(task.taskId);
        const run = runQueuedTask(task, settings, basics, { tell, log }, until);
        return run.finally(() => underWay.delete(task.taskId));
      },
    });
    await serving?.stop();
    await watching.stop();
    await service.close();
    tell({ event: "stopped" });
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
