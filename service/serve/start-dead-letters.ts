import type { ServeConfig } from "../config.ts";
import type { Service } from "../open-service.ts";
import { deadLetterHandler } from "./dead-letter-handler.ts";
import { type RunningServer, type ServerOptions, startServer } from "./server.ts";

/**
 * Takes dead letters on a port of their own, or does nothing when none is set.
 * @throws Error when the port cannot be used, saying which setting to change
 */
export async function startDeadLetters(
  { log, metrics }: Pick<Service, "log" | "metrics">,
  { DEAD_LETTER_PORT: port, DEAD_LETTER_TOKEN: token }: Pick<ServeConfig, "DEAD_LETTER_PORT" | "DEAD_LETTER_TOKEN">,
  options: Pick<ServerOptions, "host" | "times"> = {},
): Promise<RunningServer | undefined> {
  if (port === undefined) return undefined;
  const handler = deadLetterHandler({ token, log, onDeadLetter: (stage) => metrics.deadLetters.inc({ stage }) });
  const server = await startServer([handler], { ...options, port, portSetting: "DEAD_LETTER_PORT", log });
  log.info({ port: server.port }, "taking dead letters");
  if (token === undefined)
    log.warn(
      {},
      "dead letters are counted from whoever reaches the port: set DEAD_LETTER_TOKEN, and let the Sensor send it",
    );
  return server;
}
