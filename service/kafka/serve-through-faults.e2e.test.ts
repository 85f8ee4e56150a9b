import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { headers, taskSchema, topics } from "@froussard/contract";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { random } from "@froussard/simulators/github/webhooks/faults";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { brokerTools } from "../testing/broker/broker-tools.ts";
import { freePorts } from "../testing/broker/free-ports.ts";
import { readTopic, type StoredRecord } from "../testing/broker/read-topic.ts";
import { type Broker, startBroker } from "../testing/broker/start-broker.ts";
import { users } from "../testing/broker/users.ts";
import { describeWith } from "../testing/needs-tools.ts";

import { deliveryHeaders, secret } from "../testing/serve-kit.ts";

const seed = Date.now() % 1_000_000;
const wanted = 3_000;

/** What was sent and answered 202. */
interface Accepted {
  event: string;
  body: string;
  /** Number of the issue that was opened, when the answer says that this made a task. */
  issueNumber?: number;
}

describeWith(brokerTools, `deliveries to a real broker (seed ${seed})`, () => {
  let broker: Broker;
  let github: GitHubSimulator;
  let settings: Record<string, string>;
  let serve: ChildProcess | undefined;
  let ids: { user: number; repository: number };

  beforeAll(async () => {
    broker = await startBroker();
    await broker.createTopics();
    await broker.allow(users.service);
    github = await startGitHub();
    const user = github.addUser({ login: "octocat" });
    github.addUser({ login: "codex-automation" });
    const collaborators = { "codex-automation": "write" } as const;
    const repository = await github.addRepository({ owner: "octocat", name: "hello", collaborators });
    ids = { user: user.id, repository: repository.id };
    settings = {
      ...broker.environment(),
      GITHUB_TOKEN: github.token("codex-automation"),
      GITHUB_API_BASE_URL: github.apiUrl,
      GITHUB_WEBHOOK_SECRET: secret,
      CODEX_TRIGGER_LOGINS: "octocat",
      CODEX_REPOSITORIES: "octocat/hello",
      LOG_LEVEL: "error",
      PORT: String((await freePorts(1))[0]),
    };
  }, 120_000);
  afterAll(async () => {
    serve?.kill("SIGKILL");
    await broker?.stop();
    await github?.close();
  });

  const url = (path: string) => `http://127.0.0.1:${settings["PORT"]}${path}`;
  const isReady = () =>
    fetch(url("/health/readiness")).then(
      ({ status }) => status === 200,
      () => false,
    );
  const startServing = async () => {
    serve = spawn(process.execPath, [join(import.meta.dirname, "..", "main.ts"), "serve"], {
      env: settings,
      stdio: "ignore",
    });
    await vi.waitUntil(isReady, { timeout: 60_000, interval: 20 });
  };

  /** GitHub's payload of an opened issue, or of an event that starts nothing, 20 KB both. */
  function delivery(n: number): Pick<Accepted, "event" | "body"> {
    const repository = { id: ids.repository, full_name: "octocat/hello", archived: false, default_branch: "main" };
    const text = `${n} ${"ü".repeat(10_000)}`;
    if (n % 3 === 0) return { event: "push", body: JSON.stringify({ ref: "refs/heads/main", repository, text }) };
    const user = { id: ids.user, login: "octocat", type: "User" };
    const issue = {
      id: 1_000_000 + n,
      node_id: `I_${n}`,
      number: n,
      html_url: `https://github.com/octocat/hello/issues/${n}`,
      title: `Issue ${n}`,
      body: text,
      state: "open",
      created_at: new Date().toISOString().replace(/\.\d{3}Z$/, "Z"),
      user,
      labels: [],
    };
    return { event: "issues", body: JSON.stringify({ action: "opened", sender: user, repository, issue }) };
  }

  test("through random faults and kill -9 of the service, every one that was answered 202 is in every topic it belongs to", async () => {
    const draw = random(seed);
    const accepted = new Map<string, Accepted>();
    const answers = new Map<string, number>();
    let sent = 0;
    let slowestMs = 0;
    let done = false;
    const send = async () => {
      const n = ++sent;
      const id = crypto.randomUUID();
      const { event, body } = delivery(n);
      const started = performance.now();
      let answer = "no answer";
      try {
        const sending = { event, body, headers: { "x-github-delivery": id } };
        const response = await fetch(url("/webhooks/github"), {
          method: "POST",
          headers: deliveryHeaders(sending),
          body,
        });
        const { codexStageTriggered } = (await response.json()) as { codexStageTriggered?: string };
        answer = String(response.status);
        const task = codexStageTriggered === "planning" && { issueNumber: n };
        if (response.status === 202) accepted.set(id, { event, body, ...task });
        slowestMs = Math.max(slowestMs, performance.now() - started);
      } catch {
        // The service was killed: whatever became of this one, nobody was told that it was taken.
        await wait(20);
      }
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    };
    const faults: Record<string, () => Promise<void>> = {
      async freeze() {
        broker.freeze();
        await wait(1_000 + draw() * 4_000);
        broker.thaw();
      },
      async "kill the broker"() {
        await broker.kill();
        await broker.restart();
      },
      async "kill the service"() {
        const ended = serve && once(serve, "exit");
        serve?.kill("SIGKILL");
        await ended;
        await startServing();
      },
    };

    await startServing();
    const senders = Array.from({ length: 24 }, async () => {
      while (!done) await send();
    });
    const names = Object.keys(faults);
    const happened: string[] = [];
    while (accepted.size < wanted || happened.length < 9) {
      const enough = accepted.size + 100 + draw() * 400;
      await vi.waitUntil(() => accepted.size > enough, { timeout: 60_000, interval: 5 });
      // Each of them three times at least, in a random order.
      const rare = names.filter((name) => happened.filter((each) => each === name).length < 3);
      const from = rare.length > 0 ? rare : names;
      const name = from[Math.floor(draw() * from.length)] ?? "freeze";
      happened.push(name);
      await faults[name]?.();
    }
    await vi.waitUntil(isReady, { timeout: 30_000, interval: 20 });
    done = true;
    await Promise.all(senders);

    const events = byDelivery(await readTopic(broker, topics.webhookEvents));
    const tasks = byDelivery(await readTopic(broker, topics.codexTasks));
    const wrong: string[] = [];
    let repeated = 0;
    for (const [id, { event, body, issueNumber }] of accepted) {
      const raw = events.get(id) ?? [];
      const task = tasks.get(id) ?? [];
      repeated += Math.max(0, raw.length - 1) + Math.max(0, task.length - 1);
      const isRaw = ({ key, headers: found, value }: StoredRecord) =>
        key === id &&
        found[headers.event] === event &&
        found[headers.contentType] === "application/json" &&
        found[headers.action] === (event === "issues" ? "opened" : undefined) &&
        String(value) === body;
      const isTask = ({ key, headers: found, value }: StoredRecord) =>
        key === `octocat/hello#${issueNumber}` &&
        found[headers.taskStage] === "planning" &&
        found[headers.taskId] === taskOf(value).taskId &&
        taskOf(value).issueNumber === issueNumber;
      if (raw.length === 0 || !raw.every(isRaw)) wrong.push(`${id} ${event}: ${raw.length} raw`);
      if (issueNumber !== undefined && (task.length === 0 || !task.every(isTask)))
        wrong.push(`${id} #${issueNumber}: ${task.length} tasks`);
    }
    console.info(
      `${accepted.size} answered 202 of ${sent}, ${wrong.length} lost or wrong, ${repeated} stored again; ` +
        `answers ${JSON.stringify(Object.fromEntries(answers))}, slowest ${Math.round(slowestMs)} ms; ${happened.join(", ")}`,
    );
    expect(wrong).toEqual([]);
    expect([...answers.keys()].filter((answer) => !["202", "503", "no answer"].includes(answer))).toEqual([]);
    // GitHub gives a delivery up after ten seconds.
    expect(slowestMs).toBeLessThan(10_000);
  }, 600_000);
});

function byDelivery(records: readonly StoredRecord[]): Map<string, StoredRecord[]> {
  return Map.groupBy(records, (record) => record.headers[headers.delivery] ?? "");
}

const taskOf = (value: Buffer) => taskSchema.parse(JSON.parse(String(value)));
