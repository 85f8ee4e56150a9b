import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { topics } from "@froussard/contract";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { brokerTools, smallDisk } from "../testing/broker/broker-tools.ts";
import { firstAcknowledged } from "../testing/broker/fresh-client.ts";
import { type Broker, type BrokerOptions, startBroker } from "../testing/broker/start-broker.ts";
import { users } from "../testing/broker/users.ts";
import { openPublishing } from "../testing/kafka-kit.ts";
import { compareStored, countStored, type Load, startLoad } from "../testing/kafka-load.ts";
import { describeWith } from "../testing/needs-tools.ts";

let broker: Broker;
let folder: string;
afterEach(async () => {
  await broker?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

async function start(options?: BrokerOptions) {
  folder = mkdtempSync(join(tmpdir(), "froussard-outage-"));
  broker = await startBroker(options);
  await broker.createTopics();
  await broker.allow(users.service);
}

interface Outage {
  fault: () => Promise<unknown>;
  /** What publishes may be refused with, and some are. */
  codes: readonly string[];
  /** `told` has what was logged so far. */
  repair: (told: (code: string) => boolean) => Promise<unknown>;
  /** What was stored before goes with it. */
  forgets?: boolean;
}

/** Publishes under load through an outage and on after it; what all outages have in common is looked at here. */
async function throughOutage(settings: Record<string, string>, { fault, codes, repair, forgets }: Outage) {
  const { publisher, ready, logged } = openPublishing(settings);
  onTestFinished(() => publisher.close());
  await ready(true);
  const load = startLoad(publisher, { senders: 32, prefix: "delivery", withinMs: 2_000 });
  await vi.waitUntil(() => load.acknowledged.size > 500, 30_000);
  await fault();
  await vi.waitUntil(() => codes.some((code) => load.refused.has(code)), 30_000);
  await ready(false);
  await repair((code) => logged.some((line) => line.code === code));
  const there = await firstAcknowledged(broker, { user: users.service, topic: topics.codexTasks });
  const again = await vi.waitUntil(() => firstAfter(load, there), { timeout: 30_000, interval: 5 });
  await ready(true);
  await load.stop();
  expect([...load.refused.keys()].filter((code) => !codes.includes(code))).toEqual([]);
  expect(load.slowestMs).toBeLessThan(4_000);
  expect(again - there).toBeLessThan(2_000);
  const counted = [...load.acknowledged].filter(([, time]) => !forgets || time > there).map(([id]) => id);
  const { lost, repeated } = compareStored(counted, await countStored(broker));
  expect(lost).toEqual([]);
  console.info(
    `${counted.length} acknowledged, 0 lost, ${repeated} twice; refused ${JSON.stringify([...load.refused])}; ` +
      `back ${Math.round(again - there)} ms after a fresh client`,
  );
  return { logged };
}

function firstAfter(load: Load, time: number): number | undefined {
  return [...load.acknowledged.values()].find((each) => each > time);
}

describeWith(brokerTools, "a real broker, publishing through", () => {
  test("a hang of 30 s", async () => {
    await start();
    const { logged } = await throughOutage(broker.environment(), {
      fault: async () => broker.freeze(),
      codes: ["TIMEOUT", "TOO_LATE"],
      async repair() {
        await wait(30_000);
        broker.thaw();
      },
    });
    // One line for each change, not for each of the thousands of refused publishes.
    expect(logged.length).toBeLessThan(10);
  });

  test("ACLs that are taken away and given back", async () => {
    await start();
    await throughOutage(broker.environment(), {
      fault: () => broker.deny(users.service),
      codes: ["NOT_AUTHORIZED"],
      repair: () => broker.allow(users.service),
    });
  });

  test("another authority of the cluster: with the new CA in its file it goes on, without a restart", async () => {
    await start();
    const caFile = join(folder, "ca.crt");
    copyFileSync(broker.caFile, caFile);
    await throughOutage(
      { ...broker.environment({ tls: true }), KAFKA_CA_FILE: caFile },
      {
        async fault() {
          broker.renewCertificates();
          await broker.kill();
          await broker.restart();
        },
        codes: ["TLS_AUTHORITY", "UNREACHABLE", "CONNECTION_CLOSED", "TOO_LATE", "TIMEOUT"],
        async repair(told) {
          await vi.waitUntil(() => told("TLS_AUTHORITY"), 30_000);
          copyFileSync(broker.caFile, caFile);
        },
      },
    );
  });

  test("a topic that is deleted and made again", async () => {
    await start();
    await throughOutage(broker.environment(), {
      fault: () => broker.admin.deleteTopics({ topics: [topics.codexTasks] }),
      codes: ["TOPIC_MISSING", "PRODUCER_STATE"],
      repair: () => broker.createTopic(topics.codexTasks),
      forgets: true,
    });
  });

  test("200 senders through a hang and a kill, with bounded memory", async () => {
    await start();
    const program = join(import.meta.dirname, "..", "testing", "publish-for-a-while.ts");
    const child = spawn(process.execPath, [program, "200", "many", "20000"], {
      env: { ...process.env, ...broker.environment() },
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    const count = () => output.split("acknowledged").length - 1;
    const more = async (than: number) => vi.waitUntil(() => count() > than, { timeout: 60_000, interval: 50 });
    const memory = (name: "VmRSS" | "VmHWM") =>
      Math.round(
        Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024,
      );
    await more(2_000);
    const before = memory("VmHWM");
    broker.freeze();
    await wait(15_000);
    broker.thaw();
    await more(count() + 1_000);
    await broker.kill();
    await wait(3_000);
    await broker.restart();
    await more(count() + 1_000);
    const after = memory("VmHWM");
    const ended = once(child, "close");
    child.stdin.end();
    await ended;
    const ids = [...output.matchAll(/^acknowledged (.*)$/gm)].map((match) => String(match[1]));
    const { lost, repeated } = compareStored(ids, await countStored(broker));
    console.info(
      `${ids.length} acknowledged, ${lost.length} lost, ${repeated} twice; at most ${before} MiB before, ${after} MiB through both; ` +
        `${/^refused .*$/m.exec(output)?.[0]}`,
    );
    expect(lost).toEqual([]);
    expect(after - before).toBeLessThan(100);
  });
});

/** Writes until the system refuses: the broker writes to the same disk meanwhile, so its free bytes are no plan. */
function fillDisk(file: string): void {
  const mebibyte = Buffer.alloc(1_048_576, 1);
  expect(() => {
    for (;;) appendFileSync(file, mebibyte);
  }).toThrow("ENOSPC");
}

describeWith([...brokerTools, smallDisk], "a real broker on a disk of its own, publishing through", () => {
  test("a full disk", async () => {
    const disk = mkdtempSync(join(tmpdir(), "froussard-disk-"));
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=60m", "tmpfs", disk]);
    try {
      await start({ folder: disk });
      const filler = join(disk, "filler");
      await throughOutage(broker.environment(), {
        async fault() {
          fillDisk(filler);
          // All its disks have failed, so it gives up.
          await broker.ended();
        },
        codes: ["STORAGE", "UNREACHABLE", "CONNECTION_CLOSED", "TIMEOUT", "TOO_LATE"],
        async repair() {
          rmSync(filler);
          await broker.restart();
        },
      });
      await broker.stop();
    } finally {
      spawnSync("umount", ["-l", disk]);
      rmSync(disk, { recursive: true });
    }
  });
});
