import type { ServeConfig } from "../config.ts";
import type { Service } from "../open-service.ts";
import { BackgroundMarks } from "./background-marks.ts";
import { healthHandlers } from "./health-handlers.ts";
import { eventLabel } from "./metrics.ts";
import type { Receiving } from "./receive-delivery.ts";
import { type Handler, startServer } from "./server.ts";
import { webhookHandler } from "./webhook-handler.ts";

export interface Serving {
  port: number;
  /** Finishes the deliveries in hand. Safe to call twice; the service itself stays open. */
  stop(): Promise<void>;
}

/** Serves GitHub's webhooks over an open service, until it is stopped. */
export async function startServe(
  service: Service,
  config: Pick<ServeConfig, "GITHUB_WEBHOOK_SECRET" | "GITHUB_WEBHOOK_SECRET_PREVIOUS" | "PORT">,
  more: Pick<Receiving, "lookMs" | "publishMs"> = {},
): Promise<Serving> {
  const { log, metrics } = service;
  const { GITHUB_WEBHOOK_SECRET: secret, GITHUB_WEBHOOK_SECRET_PREVIOUS: previous } = config;
  const marks = new BackgroundMarks(service.github.addMark, log);
  const receiving: Receiving = {
    ...service,
    ...more,
    mark: (each) => marks.add(each),
    onWebhook: (event, verdict) => metrics.webhooks.inc({ event: eventLabel(event), verdict }),
    onPublished: (stage) => metrics.published.inc({ stage }),
  };
  let stopping = false;
  const webhooks = webhookHandler(receiving, previous === undefined ? [secret] : [secret, previous], metrics);
  const handlers: Handler[] = [webhooks, ...healthHandlers(metrics, async () => notReady(service, stopping))];
  const server = await startServer(handlers, { port: config.PORT, log });
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

/** The queue is asked each time, so readiness comes back by itself. */
async function notReady(service: Pick<Service, "liveTasks">, stopping: boolean): Promise<string | undefined> {
  if (stopping) return "stopping";
  return service.liveTasks().then(
    () => undefined,
    () => "the queue cannot be read",
  );
}
