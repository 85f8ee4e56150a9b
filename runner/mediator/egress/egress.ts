import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Duplex, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type EgressHost, isListedHost } from "@froussard/contract";
import type { Logger } from "pino";
import { refusal } from "../server/refusal.ts";
import type { Tunnel } from "../server/start-server.ts";
import { connectTarget } from "./connect-target.ts";
import { isPublicAddress } from "./public-address.ts";
import { resolveName } from "./resolve-name.ts";

export interface EgressLimits {
  /** Tunnels at once; package managers open up to some twenty. */
  tunnels: number;
  /** Longest silence of a tunnel, and time for its connection to come about. Milliseconds. */
  idleMs: number;
  connectMs: number;
  /** Bytes of all tunnels together. To fetch packages little goes up, and what comes down has to fit into the working copy. */
  upBytes: number;
  downBytes: number;
}

const usualLimits: EgressLimits = {
  tunnels: 32,
  idleMs: 120_000,
  connectMs: 10_000,
  upBytes: 64 * 1024 ** 2,
  downBytes: 10 * 1024 ** 3,
};

export interface EgressOptions {
  hosts: readonly EgressHost[];
  /** Whether an agent has the task in hand. */
  isWorking(): boolean;
  /** Rejects when nobody wants the run's result any more. */
  stillWanted(): Promise<void>;
  /** Aborted when the agent's work is over: all tunnels are cut. */
  over: AbortSignal;
  log: Logger;
  limits?: Partial<EgressLimits>;
  /** @default the DNS */
  resolve?(name: string): Promise<string[]>;
  isPublic?(address: string): boolean;
}

/**
 * The agent's way out, to listed hosts alone. What passes is not looked at, because it is encrypted: a listed host can be
 * used to carry text out. The name is resolved here, once, and connected to is the very address that was found public.
 */
export function createEgress(options: EgressOptions): Tunnel {
  const { hosts, isWorking, stillWanted, over, log, resolve = resolveName, isPublic = isPublicAddress } = options;
  const limits = { ...usualLimits, ...options.limits };
  const passed = { up: 0, down: 0 };
  const told = new Set<string>();
  let open = 0;

  return async (request, client, head) => {
    const target = admit(request.url ?? "");
    open++;
    // What the client said already; at once, because its stream may end while we wait.
    if (head.length > 0) client.unshift(head);
    const gone = new AbortController();
    client.once("close", () => gone.abort());
    const signal = AbortSignal.any([over, gone.signal]);
    try {
      await stillWanted().catch(() => {
        throw refusal(403, "the run is over");
      });
      const remote = await connectTo(target, signal);
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      await pass(client, remote, target, signal);
    } finally {
      open--;
    }
  };

  function admit(text: string): { host: string; port: number } {
    if (hosts.length === 0) throw refusal(403, "there is no way out: CODEX_EGRESS_HOSTS lists no host");
    if (over.aborted || !isWorking()) throw refusal(409, "nothing is being worked on");
    const target = connectTarget(text);
    if (!target) throw refusal(400, "CONNECT asks for <host>:<port>");
    const { host, port } = target;
    if (!isListedHost(hosts, host, port)) {
      tellRefused(`${host}:${port}`);
      throw refusal(403, `CODEX_EGRESS_HOSTS does not list ${host}:${port}`);
    }
    if (open >= limits.tunnels) throw refusal(429, `there are ${open} tunnels already`, { "retry-after": "2" });
    if (passed.up >= limits.upBytes || passed.down >= limits.downBytes)
      throw refusal(403, "as much was passed as one run may");
    return target;
  }

  /** Each once, and not endlessly many: the agent decides what is asked for. */
  function tellRefused(target: string): void {
    if (told.size >= 100 || told.has(target)) return;
    told.add(target);
    log.warn({ target }, "a tunnel to a host that is not listed was refused");
  }

  async function connectTo({ host, port }: { host: string; port: number }, signal: AbortSignal): Promise<Socket> {
    const addresses = await resolve(host);
    if (addresses.length === 0) throw refusal(502, `${host} has no address`);
    const allowed = addresses.filter((address) => isPublic(address));
    if (allowed.length === 0) {
      log.warn({ host, addresses }, "a listed host leads to addresses that are not public");
      throw refusal(403, `${host} leads to an address that is not public`);
    }
    const patience = AbortSignal.any([signal, AbortSignal.timeout(limits.connectMs)]);
    for (const address of allowed) {
      const remote = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
      try {
        await once(remote, "connect", { signal: patience });
        return remote;
      } catch {
        // The next address may do; when none does, that is told.
        remote.destroy();
      }
      if (patience.aborted) break;
    }
    throw refusal(502, `${host}:${port} could not be reached`);
  }

  async function pass(
    client: Duplex,
    remote: Socket,
    { host, port }: { host: string; port: number },
    signal: AbortSignal,
  ): Promise<void> {
    const began = performance.now();
    const bytes = { up: 0, down: 0 };
    const meter = (way: "up" | "down", most: number) =>
      new Transform({
        transform(chunk: Buffer, _, done) {
          bytes[way] += chunk.length;
          passed[way] += chunk.length;
          done(passed[way] > most ? new Error(`more than ${most} bytes ${way}`) : null, chunk);
        },
      });
    remote.setTimeout(limits.idleMs, () => remote.destroy(new Error("idle")));
    let end = "closed";
    try {
      await Promise.all([
        pipeline(client, meter("up", limits.upBytes), remote, { signal }),
        pipeline(remote, meter("down", limits.downBytes), client, { signal }),
      ]);
    } catch (error) {
      end = over.aborted ? "over" : error instanceof Error ? error.message : String(error);
    } finally {
      client.destroy();
      remote.destroy();
      log.info({ host, port, ...bytes, ms: Math.round(performance.now() - began), end }, "tunnel");
    }
  }
}
