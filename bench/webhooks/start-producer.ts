import { once } from "node:events";
import { join } from "node:path";
import { kinds } from "./deliveries.ts";
import type { Load } from "./load.ts";
import type { ProducerKind, ProducerOrder } from "./producer/main.ts";
import { startProcess } from "./start-process.ts";
import type { Subject } from "./subject.ts";
import { subjectNames } from "./subject-names.ts";
import type { World } from "./world.ts";

/** Publishes the same records with the same number in flight, and no server before it. */
export async function startProducer(world: World, how: ProducerKind): Promise<Subject> {
  const running = startProcess({
    command: process.execPath,
    arguments: [join(import.meta.dirname, "producer/main.ts"), how],
    environment: world.serviceEnvironment(0),
    logFile: world.file(`producer-${how}.log`),
    talks: true,
  });
  const { child } = running;
  const load = async (order: ProducerOrder) => {
    const stop = new AbortController();
    const answer = once(child, "message", { signal: stop.signal });
    const gone = once(child, "exit", { signal: stop.signal }).then(() => {
      throw new Error(`the producer ended, see ${world.file(`producer-${how}.log`)}`);
    });
    child.send(order);
    try {
      const [found] = await Promise.race([answer, gone]);
      return found as Load;
    } finally {
      stop.abort();
      // One of the two is given up.
      await Promise.allSettled([answer, gone]);
    }
  };
  await running.ready(async () => child.connected);
  return {
    name: subjectNames[how],
    kinds,
    pid: running.pid,
    load: ({ records }, inFlight, seconds) => load({ records, inFlight, seconds }),
    stop: (graceMs) => running.stop(graceMs),
  };
}
