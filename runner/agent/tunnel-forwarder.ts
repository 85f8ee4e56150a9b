import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { MediatorAddress } from "./mediator-address.ts";

/**
 * Passes CONNECT requests of commands on to the mediator, which decides; its answer goes back as it is. The bearer is added
 * here, so that a proxy's address, which tools print and Codex has in its arguments, does not hold it.
 */
export function createTunnelForwarder(address: MediatorAddress, bearer: string) {
  const open = new Set<Duplex>();

  async function forward({ url }: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const to = "socketPath" in address ? { path: address.socketPath } : address;
    const remote = connect({ ...to, allowHalfOpen: true });
    const both = [client, remote];
    for (const socket of both) open.add(socket);
    client.unshift(head);
    remote.write(`CONNECT ${url} HTTP/1.1\r\nhost: ${url}\r\nproxy-authorization: Bearer ${bearer}\r\n\r\n`);
    try {
      await Promise.all([pipeline(client, remote), pipeline(remote, client)]);
    } catch {
      // One side broke off, and so does the other; the mediator logs what a tunnel came to.
    } finally {
      for (const socket of both) {
        socket.destroy();
        open.delete(socket);
      }
    }
  }

  return {
    forward: (...request: Parameters<typeof forward>) => void forward(...request),
    /** Cuts all tunnels. */
    close(): void {
      for (const socket of open) socket.destroy();
    },
  };
}
