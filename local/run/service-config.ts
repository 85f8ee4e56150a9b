import { SettingsError as RunnerSettingsError, readSettings } from "codex-runner/settings";
import { changeEnvironment, codexEnvironment } from "codex-runner/settings/codex-environment";
import { ConfigError, readServeConfig, readWatchConfig, type ServeConfig, type WatchConfig } from "froussard/config";
import * as z from "zod";
import { type LocalSettings, SettingsError } from "./settings.ts";

/** The service's settings, from ours; the runner's are checked along, so that a fault shows at the start. */
export interface ServiceConfig {
  watch: WatchConfig;
  serve?: ServeConfig;
}

/**
 * One repository on one machine can be looked at more often than a cluster's many: an answer without changes is free.
 * (GitHub: "Conditional requests".)
 */
const localPace = { WATCH_REPOSITORY_SECONDS: "3", WATCH_FRESH_PLAN_SECONDS: "3" };

/** @throws SettingsError with the faults of service and runner together. */
export function serviceConfig(settings: LocalSettings, queue: string): ServiceConfig {
  const { passed, repositories, githubToken, webhook } = settings;
  const environment = {
    ...localPace,
    ...passed,
    ...(githubToken !== undefined && { GITHUB_TOKEN: githubToken }),
    CODEX_REPOSITORIES: repositories.join(","),
    FROUSSARD_QUEUE: queue,
    ...(webhook && { GITHUB_WEBHOOK_SECRET: webhook.secret, PORT: String(webhook.port) }),
  };
  const faults = new Set<string>();
  const collect = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (error instanceof ConfigError) for (const fault of error.faults) faults.add(fault);
      else if (error instanceof RunnerSettingsError)
        for (const line of error.message.split("\n  ").slice(1)) faults.add(line);
      else throw error;
      return undefined;
    }
  };
  const watch = collect(() => readWatchConfig(environment));
  const serve = webhook && collect(() => readServeConfig(environment));
  collect(() => readSettings(z.object({ ...codexEnvironment, ...changeEnvironment }), environment));
  if (!watch || faults.size > 0) throw new SettingsError([...faults]);
  return { watch, ...(serve && { serve }) };
}
