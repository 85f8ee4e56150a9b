import type { OutgoingRecord } from "froussard/publisher";
import type { Kind, SignedDelivery } from "./deliveries.ts";
import type { Load } from "./load.ts";
import { sendDeliveries } from "./send-deliveries.ts";
import { type ProcessOptions, startProcess } from "./start-process.ts";

/** What is sent. */
export interface Cargo {
  deliveries: readonly SignedDelivery[];
  /** The same deliveries as records, for those that speak to Kafka themselves. */
  records: readonly (readonly OutgoingRecord[])[];
}

/** Something that is measured: a process that takes deliveries, or publishes what they hold. */
export interface Subject {
  name: string;
  pid: number;
  kinds: readonly Kind[];
  /** Keeps so many deliveries under way for so long. */
  load(cargo: Cargo, connections: number, seconds: number): Promise<Load>;
  /** @default 3_000 */
  stop(graceMs?: number): Promise<void>;
}

/** A server that takes webhooks at `url`; resolves once it takes this delivery. @throws Error when it does not start */
export async function startServerSubject(
  { name, kinds, url, probe }: Pick<Subject, "name" | "kinds"> & { url: string; probe: SignedDelivery },
  options: ProcessOptions,
): Promise<Subject> {
  const running = startProcess(options);
  const { headers, body } = probe;
  const takes = () =>
    fetch(url, { method: "POST", headers, body: new Uint8Array(body) }).then(
      ({ ok }) => ok,
      () => false,
    );
  try {
    await running.ready(takes);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return {
    name,
    kinds,
    pid: running.pid,
    load: ({ deliveries }, connections, seconds) => sendDeliveries({ url, connections, seconds, deliveries }),
    stop: (graceMs) => running.stop(graceMs),
  };
}
