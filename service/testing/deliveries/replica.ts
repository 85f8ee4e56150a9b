import { Agent } from "node:http";
import { type LaunchedServe, launchServe } from "../launch-serve.ts";

/** One life of a replica, from its start to its end. */
export interface Life {
  serve: LaunchedServe;
  /** When it accepted deliveries, by `performance.now()`. */
  acceptedAt: number[];
  peakMib: number;
  ended: boolean;
}

/** Where deliveries are sent. */
export interface Receiver {
  readonly port: number;
  readonly agent: Agent;
  /** Whether it is sent deliveries. */
  readonly isUp: boolean;
  readonly life: Pick<Life, "acceptedAt">;
}

/** `serve` at one port, life after life; as an Ingress sees it: it gets deliveries while it is known to be up. */
export class Replica implements Receiver {
  readonly lives: Life[] = [];
  readonly #env: Record<string, string>;
  readonly port: number;
  agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  isUp = false;

  constructor(port: number, env: Record<string, string>) {
    this.port = port;
    this.#env = { ...env, PORT: String(port) };
  }

  get life(): Life {
    const life = this.lives.at(-1);
    if (!life) throw new Error("the replica was not started");
    return life;
  }

  async start(): Promise<void> {
    const life: Life = { serve: await launchServe(this.#env), acceptedAt: [], peakMib: 0, ended: false };
    this.lives.push(life);
    void life.serve.ended.finally(() => {
      life.ended = true;
    });
    this.isUp = true;
  }

  /** Ends this life; the deliveries that come meanwhile find nobody. */
  async end(signal: "SIGKILL" | "SIGTERM", unnoticed: Promise<unknown>): Promise<{ code: number | null }> {
    const { serve } = this.life;
    serve.kill(signal);
    await unnoticed;
    this.isUp = false;
    const end = await serve.ended;
    this.agent.destroy();
    this.agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
    return end;
  }

  async measure(): Promise<void> {
    const { life } = this;
    const memory = await life.serve.memory().catch(() => undefined);
    // A process that has ended has none.
    if (memory && Number.isFinite(memory.peak)) life.peakMib = Math.max(life.peakMib, memory.peak);
  }
}
