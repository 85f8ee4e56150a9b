import type { ServeConfig } from "../config.ts";
import { InHand } from "../in-hand.ts";
import { eventLabel } from "../metrics.ts";
import type { Service } from "../open-service.ts";
import { BackgroundMarks } from "./background-marks.ts";
import { ByteBudget } from "./byte-budget.ts";
import { healthHandlers } from "./health-handlers.ts";
import { requestMs as defaultRequestMs } from "./receive-delivery.ts";
import { type ServerOptions, startServer } from "./server.ts";
import { stuckReason } from "./stuck.ts";
import { type WebhookHandling, webhookHandler } from "./webhook-handler.ts";
import { within } from "./within.ts";

export interface Serving {
  port: number;
  /**
   * Finishes the deliveries in hand, cutting what is left after `graceMs`; marks that are not left by then are left to the
   * loop. Resolves to whether all deliveries were finished. Safe to call twice; the service itself stays open.
   */
  stop(graceMs?: number): Promise<boolean>;
}

export interface ServeOptions
  extends Pick<WebhookHandling, "lookMs" | "requestMs">,
    Pick<ServerOptions, "host" | "times" | "maxConnections"> {
  /** What people set the port by, named when it cannot be used. @default "PORT" */
  portSetting?: string;
  /** What bodies may take of the memory, all together. @default 32 MiB, a thousand deliveries of the usual size */
  budget?: ByteBudget;
}

/**
 * Serves GitHub's webhooks over an open service, until it is stopped.
 * @throws Error when the port cannot be used, saying which setting to change
 */
export async function startServe(
  service: Service,
  config: Pick<ServeConfig, "GITHUB_WEBHOOK_SECRET" | "GITHUB_WEBHOOK_SECRET_PREVIOUS" | "PORT">,
  options: ServeOptions = {},
): Promise<Serving> {
  const { portSetting = "PORT", requestMs = defaultRequestMs, ...others } = options;
  const { log, metrics } = service;
  const { GITHUB_WEBHOOK_SECRET: secret, GITHUB_WEBHOOK_SECRET_PREVIOUS: previous } = config;
  const marks = new BackgroundMarks((mark) => service.github.addMark(mark), log);
  const publishes = new InHand();
  const webhooks = webhookHandler({
    budget: new ByteBudget(32 * 1024 * 1024),
    ...service,
    ...others,
    publisher: {
      publish: (...args) => service.publisher.publish(...args).finally(publishes.begin()),
      close: (graceMs) => service.publisher.close(graceMs),
    },
    requestMs,
    secrets: previous === undefined ? [secret] : [secret, previous],
    mark: (...each) => marks.add(...each),
    onWebhook: (event, verdict) => metrics.webhooks.inc({ event: eventLabel(event), verdict }),
    onPublished: (stage, again) => metrics.notePublished(stage, again),
  });
  let stopping = false;
  const health = healthHandlers(
    metrics,
    async () => (stopping ? "stopping" : service.notReady()),
    () => stuckReason({ requestMs: server.inHand.oldestMs, publishMs: publishes.oldestMs }, requestMs),
  );
  const hint = "the webhook's address ends in /webhooks/github";
  const server = await startServer([webhooks, ...health], { ...others, port: config.PORT, portSetting, hint, log });
  log.info({ port: server.port }, "serving webhooks");
  return {
    port: server.port,
    async stop(graceMs = 10_000) {
      stopping = true;
      const ends = performance.now() + graceMs;
      const finished = await server.stop(graceMs);
      await within("leaving marks", Math.max(0, ends - performance.now()), () => marks.settled()).catch(() =>
        log.info({}, "marks left to the loop"),
      );
      return finished;
    },
  };
}
