import { writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { topics } from "@froussard/contract";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { random } from "@froussard/simulators/github/webhooks/faults";
import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { readServeConfig } from "./config.ts";
import { openService } from "./open-service.ts";
import type { Publisher } from "./publisher.ts";
import { startServe } from "./serve/start-serve.ts";
import { brokerTools } from "./testing/broker/broker-tools.ts";
import { freePorts } from "./testing/broker/free-ports.ts";
import { firstAcknowledged } from "./testing/broker/fresh-client.ts";
import { readTopic } from "./testing/broker/read-topic.ts";
import { type Broker, startBroker } from "./testing/broker/start-broker.ts";
import { users } from "./testing/broker/users.ts";
import { brokerFaults, type FaultyKafka } from "./testing/deliveries/broker-faults.ts";
import { judgeDeliveries } from "./testing/deliveries/judge-deliveries.ts";
import { type Life, Replica } from "./testing/deliveries/replica.ts";
import { startSender } from "./testing/deliveries/sender.ts";
import { addServed, serveSettings } from "./testing/launch-serve.ts";
import { Draw } from "./testing/mutate.ts";
import { describeWith } from "./testing/needs-tools.ts";
import { secret } from "./testing/serve-kit.ts";
import { startTcpProxy } from "./testing/tcp-proxy.ts";

/** FROUSSARD_FAULTS_SEED repeats a run's deliveries and faults; not the moments at which they meet. */
const seed = Number(process.env["FROUSSARD_FAULTS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
/** Where the logs of all lives are kept, when it is set: to see what went before a fault that was found. */
const logFolder = process.env["FROUSSARD_FAULTS_LOGS"];
const wanted = 5_500;
const sum = (a: number, b: number) => a + b;
const count = (name: string, counts: Map<string, number>) => void counts.set(name, (counts.get(name) ?? 0) + 1);

async function startKafka(draw: Draw): Promise<FaultyKafka> {
  const proxy = await startTcpProxy();
  onTestFinished(() => proxy.close());
  const advertised = `SASL_PLAINTEXT://127.0.0.1:${proxy.port},SASL_SSL://localhost:${proxy.port}`;
  const broker = await startBroker({ properties: { "advertised.listeners": advertised } });
  onTestFinished(() => broker.stop());
  proxy.leadTo(broker.ports.plain);
  await broker.createTopics();
  await broker.allow(users.service);
  return { broker, proxy, draw };
}

async function startReplicas(kafka: FaultyKafka, github: GitHubSimulator): Promise<Replica[]> {
  const env = {
    ...serveSettings(github),
    ...kafka.broker.environment(),
    KAFKA_BROKERS: `127.0.0.1:${kafka.proxy.port}`,
    SHUTDOWN_GRACE_SECONDS: "12",
  };
  const replicas = (await freePorts(2)).map((port) => new Replica(port, env));
  onTestFinished(() => {
    for (const { lives } of replicas) lives.at(-1)?.serve.kill("SIGKILL");
  });
  await Promise.all(replicas.map((replica) => replica.start()));
  return replicas;
}

async function readBoth(broker: Broker) {
  return { events: await readTopic(broker, topics.webhookEvents), tasks: await readTopic(broker, topics.codexTasks) };
}

/** How long after `there` each life accepts again; one that ends meanwhile cannot tell. */
async function backAfter(there: number, lives: readonly Life[]): Promise<number[]> {
  const took = lives.map(async (life) => {
    const accepted = () => life.acceptedAt.find((each) => each > there);
    while (!life.ended && accepted() === undefined && performance.now() < there + 20_000) await wait(5);
    const back = accepted() ?? (life.ended ? undefined : performance.now());
    return back === undefined ? [] : [back - there];
  });
  return (await Promise.all(took)).flat();
}

describeWith(brokerTools, "two replicas of serve on a real broker", () => {
  test("whatever fails, a delivery that was answered 202 is in every topic that it belongs to", async () => {
    console.info(`deliveries through faults: seed ${seed}`);
    const draw = (part: number) => new Draw(random(seed + part));
    const kafka = await startKafka(draw(1));
    const github = await startGitHub();
    onTestFinished(() => github.close());
    const repository = await addServed(github);
    const replicas = await startReplicas(kafka, github);
    const sender = startSender({ github, repository, draw: draw(2) }, replicas);
    const faults = new Map<string, number>();
    const back: number[] = [];
    const ends: (number | null)[] = [];
    let over = false;
    const accepted = () => replicas.flatMap(({ lives }) => lives.map((life) => life.acceptedAt.length)).reduce(sum);

    const breakKafka = async () => {
      const kinds = Object.entries(brokerFaults).map(([name, fault]) => ({ name, ...fault }));
      const all = kinds.flatMap((kind) => Array.from({ length: kind.times }, () => kind));
      while (all.length > 0 || accepted() < wanted) {
        const [next = kafka.draw.pick(kinds)] = all.splice(kafka.draw.below(all.length), 1);
        const { name, isOutage, fault } = next;
        await wait(500 + kafka.draw.below(2_000));
        const lives = replicas.filter(({ isUp }) => isUp).map(({ life }) => life);
        const repaired = (await fault(kafka))();
        if (isOutage) {
          const took = await backAfter(await firstAcknowledged(kafka.broker), lives);
          console.info(`${name}: back ${took.map(Math.round).join(" and ")} ms after a fresh client`);
          back.push(...took);
        }
        await repaired;
        count(name, faults);
      }
      over = true;
    };
    const breakReplicas = async () => {
      const own = draw(3);
      for (let turn = 0; !over; turn++) {
        await wait(3_000 + own.below(3_000));
        const replica = replicas[own.below(2)];
        if (over || !replica) break;
        // An Ingress does not hear of an end at once.
        const unnoticed = wait(own.below(200));
        if (turn % 4 === 3) {
          ends.push((await replica.end("SIGTERM", unnoticed)).code);
          count("serve told to end", faults);
        } else {
          await replica.end("SIGKILL", unnoticed);
          count("serve killed", faults);
        }
        await replica.start();
      }
    };
    const measuring = setInterval(() => replicas.forEach((replica) => void replica.measure()), 500);
    await Promise.all([breakKafka(), breakReplicas()]);
    await sender.stop();
    clearInterval(measuring);

    const logs = replicas.flatMap(({ port, lives }) =>
      lives.map(({ serve }, life) => ({ name: `${port}-${life}.log`, text: serve.output() })),
    );
    if (logFolder !== undefined) for (const { name, text } of logs) writeFileSync(join(logFolder, name), text);
    const { lost, wrong, duplicates } = judgeDeliveries(sender.sent, await readBoth(kafka.broker));
    const sends = [...sender.sent.values()].flatMap((delivery) => delivery.sends);
    const outcomes = Object.groupBy(sends, ({ outcome }) => String(outcome));
    const of = (outcome: string) => outcomes[outcome]?.length ?? 0;
    const slowest = Math.max(...sends.map(({ startedAt, endedAt }) => endedAt - startedAt));
    const peak = Math.max(...replicas.flatMap(({ lives }) => lives.map(({ peakMib }) => peakMib)));
    const tasks = sends.filter(({ stage }) => stage).length;
    console.info(
      `seed ${seed}: ${sender.sent.size} deliveries sent ${sends.length} times, ${of("202")} answered 202 (${tasks} with a task), ` +
        `${of("503")} 503, ${of("cut")} cut; ${lost.length} lost, ${duplicates} duplicates; ` +
        `slowest answer ${Math.round(slowest)} ms; back at most ${Math.round(Math.max(...back))} ms after a fresh client; ` +
        `at most ${peak} MiB; exit codes ${ends}; faults ${JSON.stringify(Object.fromEntries(faults))}`,
    );
    expect(lost).toEqual([]);
    expect(wrong).toEqual([]);
    for (const { text } of logs) for (const word of [secret, users.service.password]) expect(text).not.toContain(word);
    expect(Object.keys(outcomes).toSorted()).toEqual(["202", "503", "cut"]);
    expect(of("202")).toBeGreaterThanOrEqual(wanted);
    expect(tasks).toBeGreaterThan(1_000);
    // GitHub gives a delivery up after ten seconds.
    expect(slowest).toBeLessThan(9_500);
    expect(Math.max(...back)).toBeLessThan(2_000);
    expect(peak).toBeLessThan(350);
    expect(ends.every((code) => code === 0)).toBe(true);
  }, 600_000);

  test("one that answers before the acknowledgement is found out by the same count", async () => {
    const draw = new Draw(random(seed));
    const kafka = await startKafka(draw);
    const github = await startGitHub();
    onTestFinished(() => github.close());
    const repository = await addServed(github);
    const config = readServeConfig({ ...serveSettings(github), ...kafka.broker.environment() });
    const service = await openService(config, { log: pino({ enabled: false }), paceWrites: false });
    const kill = new AbortController();
    const publishing: Promise<void>[] = [];
    const hasty: Publisher = {
      // What is promised and not yet sent dies with the process.
      async publish(records) {
        const late = wait(300, undefined, { signal: kill.signal }).then(() => service.publisher.publish(records));
        publishing.push(late.catch(() => {}));
      },
      close: async () => {},
    };
    const serving = await startServe({ ...service, publisher: hasty }, config, { host: "127.0.0.1" });
    const acceptedAt: number[] = [];
    const receiver = { port: serving.port, agent: new Agent({ keepAlive: true }), isUp: true, life: { acceptedAt } };
    const sender = startSender({ github, repository, draw }, [receiver]);
    await vi.waitUntil(() => acceptedAt.length > 200, { timeout: 30_000, interval: 20 });
    kill.abort();
    receiver.isUp = false;
    await sender.stop();
    receiver.agent.destroy();
    await serving.stop(0);
    await Promise.all(publishing);
    await service.close();
    const { lost, wrong } = judgeDeliveries(sender.sent, await readBoth(kafka.broker));
    console.info(`an early answer loses ${lost.length} of ${acceptedAt.length}`);
    expect(lost.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  }, 120_000);
});
