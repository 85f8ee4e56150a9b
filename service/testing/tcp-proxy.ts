import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** What a connection carries: to the server, or back from it. */
export type Direction = "requests" | "answers";

/** A network between two programs on this machine that does what networks do, byte by byte. */
export interface TcpProxy {
  port: number;
  /** Connections lead to this port from now on. */
  leadTo(port: number): void;
  /** Resets every connection. */
  cut(): void;
  /** Resets each connection once it has carried so many bytes more: in the middle of a message, mostly. */
  cutAfter(bytes: number, direction: Direction): void;
  /** Requests arrive and answers do not, on any connection, until `heal`. */
  loseAnswers(): void;
  /** Each piece takes so much longer, both ways. Milliseconds. */
  slowDown(ms: number): void;
  /** Everything passes again. Connections that lost something are reset, for a stream with a hole in it is none. */
  heal(): void;
  close(): Promise<void>;
}

interface Connection {
  sockets: readonly [Socket, Socket];
  /** Bytes that may still pass before it is reset. */
  left: Record<Direction, number>;
  hasLost: boolean;
}

/** Listens on a free port of the loopback interface. */
export async function startTcpProxy(): Promise<TcpProxy> {
  const connections = new Set<Connection>();
  let target = 0;
  let delayMs = 0;
  let losesAnswers = false;

  const reset = ({ sockets }: Connection) => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const carry = async (connection: Connection, from: Socket, to: Socket, direction: Direction) => {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      if (delayMs > 0) await wait(delayMs);
      if (losesAnswers && direction === "answers") {
        connection.hasLost = true;
        continue;
      }
      const { left } = connection;
      const passing = chunk.subarray(0, left[direction]);
      left[direction] -= passing.length;
      if (!to.write(passing)) await once(to, "drain");
      if (left[direction] === 0) {
        // What passed is on its way before the reset, which would overtake it.
        await wait(10);
        reset(connection);
      }
    }
    to.end();
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const connection: Connection = {
      sockets: [client, upstream],
      left: { requests: Number.POSITIVE_INFINITY, answers: Number.POSITIVE_INFINITY },
      hasLost: false,
    };
    connections.add(connection);
    // An error of one side is told to the other by its end.
    for (const socket of connection.sockets)
      socket
        .on("error", () => {})
        .once("close", () => {
          reset(connection);
          connections.delete(connection);
        });
    const gone = () => reset(connection);
    carry(connection, client, upstream, "requests").catch(gone);
    carry(connection, upstream, client, "answers").catch(gone);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => connections.forEach(reset);
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      target = port;
    },
    cut,
    cutAfter(bytes, direction) {
      for (const { left } of connections) left[direction] = bytes;
    },
    loseAnswers() {
      losesAnswers = true;
    },
    slowDown(ms) {
      delayMs = ms;
    },
    heal() {
      losesAnswers = false;
      delayMs = 0;
      for (const connection of connections) {
        if (connection.hasLost) reset(connection);
        connection.left = { requests: Number.POSITIVE_INFINITY, answers: Number.POSITIVE_INFINITY };
      }
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}
