import type { WatchConfig } from "../config.ts";
import type { Service } from "../open-service.ts";
import { Redelivery } from "../redelivery/redelivery.ts";
import { type SeenIssue, Watch, type WatchSettings } from "./watch.ts";

export interface Watching {
  watch: Watch;
  /** Ends what is in hand. Safe to call twice; the service itself stays open. */
  stop(): Promise<void>;
}

/** Runs the reconcile loop over an open service, until it is stopped. */
export function startWatch(
  service: Service,
  config: WatchSettingsConfig,
  watch: Watch = createWatch(service, config),
): Watching {
  const redelivery = createRedelivery(service, config);
  const stop = new AbortController();
  const running = Promise.all([watch.run(stop.signal), redelivery.run(stop.signal)]);
  service.log.info({ repositories: config.CODEX_REPOSITORIES }, "watching");
  return {
    watch,
    async stop() {
      stop.abort();
      await running;
    },
  };
}

export type WatchSettingsConfig = Pick<
  WatchConfig,
  | "CODEX_REPOSITORIES"
  | "WATCH_REPOSITORY_SECONDS"
  | "WATCH_FRESH_PLAN_SECONDS"
  | "WATCH_OLD_PLAN_SECONDS"
  | "WATCH_POINTS_PER_HOUR"
  | "GITHUB_HOOK_ID"
>;

/** The loop, not yet running; `onIssue` hears what each issue waits for. */
export function createWatch(
  service: Service,
  config: WatchSettingsConfig,
  onIssue: (issue: SeenIssue) => void = () => {},
): Watch {
  const { metrics, onAllowance } = service;
  const watch = new Watch({
    ...service,
    settings: settingsOf(config),
    onTick(track, ok, seconds) {
      metrics.ticks.inc({ track, result: ok ? "ok" : "failed" });
      metrics.tickSeconds.observe({ track }, seconds);
    },
    onPublished: (stage, again) => metrics.notePublished(stage, again),
    onFailureTold: (code) => metrics.failuresTold.inc({ code }),
    onIssue,
  });
  metrics.loop = watch;
  onAllowance.add((allowance) => watch.note(allowance));
  return watch;
}

/** Asks for failed deliveries of the webhooks that are named; without any it does nothing. */
function createRedelivery(service: Service, config: WatchSettingsConfig): Redelivery {
  const { metrics, onAllowance } = service;
  const [repository = ""] = config.CODEX_REPOSITORIES;
  const redelivery = new Redelivery({
    ...service,
    hooks: (config.GITHUB_HOOK_ID ?? []).map((hook) =>
      "repository" in hook || "organization" in hook ? hook : { ...hook, repository },
    ),
    onRedelivery: (result) => metrics.redeliveries.inc({ result }),
  });
  onAllowance.add((allowance) => redelivery.note(allowance));
  return redelivery;
}

function settingsOf(config: WatchSettingsConfig): WatchSettings {
  return {
    repositories: config.CODEX_REPOSITORIES,
    repositoryMs: config.WATCH_REPOSITORY_SECONDS * 1000,
    freshPlanMs: config.WATCH_FRESH_PLAN_SECONDS * 1000,
    oldPlanMs: config.WATCH_OLD_PLAN_SECONDS * 1000,
    pointsPerHour: config.WATCH_POINTS_PER_HOUR,
  };
}
