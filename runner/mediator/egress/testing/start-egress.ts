import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { parseEgressHost } from "@froussard/contract";
import pino from "pino";
import { startServer } from "../../server/start-server.ts";
import { createEgress, type EgressOptions } from "../egress.ts";

export const bearer = "c0ffee00-8f1b-4c3e-9d1a-1d3b0c9d9e11";
export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** A mediator's server with nothing but its way out. Names are looked up in `names`, and loopback counts as public. */
export async function startEgress(hosts: readonly string[], options: Partial<EgressOptions> = {}) {
  const names = new Map<string, string[]>();
  const lookups: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const errors: unknown[] = [];
  const over = new AbortController();
  const server = await startServer({
    listen: { host: "127.0.0.1", port: 0 },
    bearer,
    routes: {},
    requestTimeoutMs: 400,
    onError: (error) => errors.push(error),
    tunnel: createEgress({
      hosts: hosts.flatMap((host) => parseEgressHost(host) ?? []),
      isWorking: () => true,
      stillWanted: async () => {},
      over: over.signal,
      log: pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
      resolve: async (name) => {
        lookups.push(name);
        return names.get(name) ?? [];
      },
      isPublic: (address) => address === "127.0.0.1",
      ...options,
    }),
  });
  const port = Number(server.listen.split(":")[1]);

  /** Sends a request as it is written here; without `auth` the bearer goes along. */
  async function ask(start: string, headers: readonly string[] = [`proxy-authorization: Bearer ${bearer}`]) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write([start, ...headers, "", ""].join("\r\n"));
    return socket;
  }

  return {
    port,
    names,
    lookups,
    lines,
    errors,
    over,
    /** Lines of the log that tell about tunnels. */
    tunnels: () => lines.filter(({ msg }) => msg === "tunnel"),
    /** Status and text of the answer to a request that is refused. */
    async refusal(start: string, headers?: readonly string[]) {
      const answer = await text(await ask(start, headers)).catch(() => "");
      return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0), answer };
    },
    /** An open tunnel; what the other side sends can be read from it. @throws when it is refused */
    async open(target: string): Promise<Socket> {
      const socket = await ask(`CONNECT ${target} HTTP/1.1`, [
        `host: ${target}`,
        `proxy-authorization: ${basic("run", bearer)}`,
      ]);
      const [head] = (await once(socket, "data")) as [Buffer];
      if (!head.toString().startsWith("HTTP/1.1 200 ")) throw new Error(head.toString());
      socket.pause();
      socket.unshift(head.subarray(head.indexOf("\r\n\r\n") + 4));
      return socket;
    },
    close: () => server.close(),
  };
}
export type TestEgress = Awaited<ReturnType<typeof startEgress>>;
