import { setTimeout as wait } from "node:timers/promises";
import type { Kind } from "./deliveries.ts";
import type { Load } from "./load.ts";
import { processUsage } from "./process-usage.ts";
import type { Cargo, Subject } from "./subject.ts";

export interface Plan {
  kinds: readonly Kind[];
  connections: readonly number[];
  rounds: number;
  /** Of each measurement. */
  seconds: number;
}

/** One subject under one load. */
export interface Measurement extends Load {
  subject: string;
  kind: Kind;
  connections: number;
  round: number;
  /** Of the subject's process, for each accepted delivery. */
  cpuMs: number;
  /** Of the subject's process at the end, in bytes. */
  rss: number;
  /** Of the process that sends the deliveries, for each. */
  senderCpuMs: number;
}

const warmUpSeconds = 3;
/** What is still under way when a load ends is finished by then. */
const settleMs = 300;

/**
 * Measures all subjects in turn, round after round, each round in another order, so that whatever else the machine does
 * falls on all of them. The numbers of connections rise: memory that many connections took is not counted for few.
 */
export async function measure(
  subjects: readonly Subject[],
  { kinds, connections, rounds, seconds }: Plan,
  cargo: (kind: Kind) => Cargo,
  report: (line: string) => void,
): Promise<Measurement[]> {
  const found: Measurement[] = [];
  const taking = (kind: Kind) => subjects.filter((subject) => subject.kinds.includes(kind));
  for (const kind of kinds)
    for (const subject of taking(kind)) {
      report(`warming up: ${subject.name}, ${kind}`);
      await subject.load(cargo(kind), Math.min(16, Math.max(...connections)), Math.min(warmUpSeconds, seconds));
    }
  const total = rounds * connections.length * kinds.reduce((sum, kind) => sum + taking(kind).length, 0);
  for (const count of connections)
    for (let round = 1; round <= rounds; round++)
      for (const kind of kinds)
        for (const subject of rotated(taking(kind), round)) {
          await wait(settleMs);
          const each = { subject: subject.name, kind, connections: count, round };
          const measured = { ...each, ...(await measureOne(subject, cargo(kind), count, seconds)) };
          found.push(measured);
          report(
            `${found.length}/${total} ${kind}, ${count} connections, round ${round}: ${subject.name} ${Math.round(measured.perSecond)}/s`,
          );
        }
  return found;
}

async function measureOne(subject: Subject, cargo: Cargo, connections: number, seconds: number) {
  const before = processUsage(subject.pid);
  const sender = process.cpuUsage();
  const load = await subject.load(cargo, connections, seconds);
  const { user, system } = process.cpuUsage(sender);
  const { cpuMs, rss } = processUsage(subject.pid);
  return {
    ...load,
    cpuMs: (cpuMs - before.cpuMs) / load.count,
    rss,
    senderCpuMs: (user + system) / 1000 / load.count,
  };
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
