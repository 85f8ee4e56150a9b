import type { Base } from "@platformatic/kafka";
import { guardAnswers } from "./guard-answers.ts";

/** Closes a client at once, whatever it is doing: what it has under way rejects. */
export function abandonClient(client: Pick<Base, "close" | "connections">): void {
  // Closing waits until everything is written, for ever when the other side takes nothing.
  const sockets = [...client.connections].map(([, connection]) => connection.socket);
  client.close().catch(() => {
    // It is not used any more, however it went.
  });
  for (const socket of sockets) socket?.destroy();
}

/**
 * A connection that fails twice would end the process: its second error has no listener of the client's own. So would one
 * whose other side is no Kafka.
 */
export function tameConnections(client: Pick<Base, "connections">): void {
  client.connections.on("connecting", ({ connection }) => {
    connection.on("error", () => {});
    // Its socket is made right after this, and nothing comes before the next turn.
    process.nextTick(() => connection.socket && guardAnswers(connection.socket));
  });
}
