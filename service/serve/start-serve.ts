import type { ServeConfig } from "../config.ts";
import { eventLabel } from "../metrics.ts";
import type { Service } from "../open-service.ts";
import { BackgroundMarks } from "./background-marks.ts";
import { healthHandlers } from "./health-handlers.ts";
import type { Receiving } from "./receive-delivery.ts";
import { type Handler, type ServerOptions, startServer } from "./server.ts";
import { webhookHandler } from "./webhook-handler.ts";

export interface Serving {
  port: number;
  /** Finishes the deliveries in hand. Safe to call twice; the service itself stays open. */
  stop(): Promise<void>;
}

export interface ServeOptions extends Pick<Receiving, "lookMs" | "publishMs">, Pick<ServerOptions, "host"> {
  /** What people set the port by, named when it cannot be used. @default "PORT" */
  portSetting?: string;
}

/**
 * Serves GitHub's webhooks over an open service, until it is stopped.
 * @throws Error when the port cannot be used, saying which setting to change
 */
export async function startServe(
  service: Service,
  config: Pick<ServeConfig, "GITHUB_WEBHOOK_SECRET" | "GITHUB_WEBHOOK_SECRET_PREVIOUS" | "PORT">,
  { host, portSetting = "PORT", ...limits }: ServeOptions = {},
): Promise<Serving> {
  const { log, metrics } = service;
  const { GITHUB_WEBHOOK_SECRET: secret, GITHUB_WEBHOOK_SECRET_PREVIOUS: previous } = config;
  const marks = new BackgroundMarks(service.github.addMark, log);
  const receiving: Receiving = {
    ...service,
    ...limits,
    mark: (each) => marks.add(each),
    onWebhook: (event, verdict) => metrics.webhooks.inc({ event: eventLabel(event), verdict }),
    onPublished: (stage) => metrics.published.inc({ stage }),
  };
  let stopping = false;
  const webhooks = webhookHandler(receiving, previous === undefined ? [secret] : [secret, previous], metrics);
  const handlers: Handler[] = [
    webhooks,
    ...healthHandlers(metrics, async () => (stopping ? "stopping" : service.notReady())),
  ];
  const server = await startServer(handlers, {
    port: config.PORT,
    portSetting,
    log,
    ...(host !== undefined && { host }),
  });
  log.info({ port: server.port }, "serving webhooks");
  return {
    port: server.port,
    async stop() {
      stopping = true;
      await server.stop();
      await marks.settled();
    },
  };
}
