import type { Base } from "@platformatic/kafka";

/** Closes a client at once, whatever it is doing: what it has under way rejects. */
export function abandonClient(client: Pick<Base, "close" | "connections">): void {
  // Closing waits until everything is written, for ever when the other side takes nothing.
  const sockets = [...client.connections].map(([, connection]) => connection.socket);
  client.close().catch(() => {
    // It is not used any more, however it went.
  });
  for (const socket of sockets) socket?.destroy();
}

/** A connection that fails twice would end the process: its second error has no listener of the client's own. */
export function tameConnections(client: Pick<Base, "connections">): void {
  client.connections.on("connecting", ({ connection }) => connection.on("error", () => {}));
}
