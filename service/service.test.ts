import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { headers, issueTextSha256, planBody } from "@froussard/contract";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identify } from "./cause.ts";
import { readServeConfig, readWatchConfig } from "./config.ts";
import { type Claim, type EmbeddedQueue, openEmbeddedQueue } from "./embedded-queue.ts";
import { openService, type Service } from "./open-service.ts";
import { type Serving, startServe } from "./serve/start-serve.ts";
import { freePorts } from "./testing/broker/free-ports.ts";
import { startTraceCollector } from "./testing/trace-collector.ts";
import { startWatch, type Watching } from "./watch/start-watch.ts";

/** The service as it runs, over the simulated GitHub; the workers' side of the queue is played by the test. */
let simulator: GitHubSimulator;
let repository: ReturnType<GitHubSimulator["repository"]>;
let folder: string;
let environment: Record<string, string>;
let queue: EmbeddedQueue;
let hook: ReturnType<GitHubSimulator["addWebhook"]>;
/** GitHub's clock may be put forward: its stamps have whole seconds, and an approval must be later than its plan. */
let ahead: number;
const open: { stop(): Promise<unknown> }[] = [];

beforeEach(async () => {
  ahead = 0;
  simulator = await startGitHub({ clock: () => new Date(Date.now() + ahead) });
  for (const login of ["octocat", "stranger", "codex-automation"]) simulator.addUser({ login });
  const collaborators = { "codex-automation": "write" } as const;
  repository = await simulator.addRepository({
    owner: "octocat",
    name: "hello",
    files: { "README.md": "# hello\n" },
    collaborators,
  });
  folder = mkdtempSync(join(tmpdir(), "froussard-service-"));
  environment = {
    GITHUB_TOKEN: simulator.token("codex-automation"),
    GITHUB_API_BASE_URL: simulator.apiUrl,
    GITHUB_WEBHOOK_SECRET: "It's a Secret to Everybody",
    CODEX_TRIGGER_LOGINS: "octocat",
    CODEX_REPOSITORIES: "octocat/hello",
    FROUSSARD_QUEUE: join(folder, "queue.db"),
    WATCH_REPOSITORY_SECONDS: "1",
    WATCH_FRESH_PLAN_SECONDS: "1",
    PORT: "0",
  };
  queue = openEmbeddedQueue({ path: environment["FROUSSARD_QUEUE"] ?? "" });
});
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.stop();
  await queue.close();
  await simulator.close();
  rmSync(folder, { recursive: true });
});

const log = { debug() {}, info() {}, warn() {}, error() {} };

async function service(more: Record<string, string> = {}): Promise<Service> {
  const opened = await openService(readWatchConfig({ ...environment, ...more }), { log, paceWrites: false });
  open.push({ stop: () => opened.close() });
  return opened;
}

async function watch(over?: Service): Promise<Watching> {
  const watching = startWatch(over ?? (await service()), readWatchConfig(environment));
  open.push(watching);
  return watching;
}

async function serve(over?: Service): Promise<Serving> {
  const serving = await startServe(over ?? (await service()), readServeConfig(environment));
  open.push(serving);
  hook = simulator.addWebhook(repository, {
    url: `http://127.0.0.1:${serving.port}/webhooks/github`,
    secret: environment["GITHUB_WEBHOOK_SECRET"] ?? "",
    events: ["issues", "issue_comment"],
  });
  return serving;
}

const octocat = () => simulator.as("octocat");
type Issue = ReturnType<ReturnType<typeof octocat>["openIssue"]>;
const isMarked = (target: { reactions: readonly { content: string }[] }, content: string) =>
  target.reactions.some((each) => each.content === content);

/** What the runner would post. */
function postPlan(issue: Issue) {
  const about = "issue";
  const where = { repositoryId: repository.id, issueId: issue.id, issueNumber: issue.number };
  const ids = identify(where, { stage: "planning", about, attempt: 0 });
  const hash = issueTextSha256(issue.title, "");
  const all = {
    ...ids,
    about,
    repositoryId: repository.id,
    issueId: issue.id,
    baseCommit: "c".repeat(40),
    issueTextSha256: hash,
  } as const;
  return simulator.as("codex-automation").comment(issue, planBody("1. Paint it.", all, "React with 👍 to approve."));
}

async function claim(): Promise<Claim | undefined> {
  return queue.claim("test", 60_000);
}

const taskId = (each: Claim | undefined) => each?.headers[headers.taskId];

describe("the service", () => {
  test("takes an issue by webhook and a 👍 by looking, each once, and marks both", async () => {
    const over = await service();
    await watch(over);
    await serve(over);
    const issue = octocat().openIssue(repository, { title: "Make it blue" });
    await simulator.waitFor("👀 on the issue", () => isMarked(issue, "eyes"));
    const planning = await claim();
    expect(JSON.parse(String(planning?.value))).toMatchObject({
      stage: "planning",
      repository: "octocat/hello",
      deliveryId: expect.any(String),
    });
    const plan = postPlan(issue);
    if (planning) await queue.ack(planning);
    ahead += 1000;
    octocat().react(plan);
    await simulator.waitFor("🚀 on the plan", () => isMarked(plan, "rocket"));
    expect(JSON.parse(String((await claim())?.value))).toMatchObject({ stage: "implementation" });
    expect(await claim()).toBeUndefined();
  });

  test("finds by looking what webhooks lost, with the same task id", async () => {
    await serve();
    simulator.webhookFaults = { lose: () => true };
    const issue = octocat().openIssue(repository, { title: "Make it blue" });
    await simulator.webhooksSettled();
    expect(await claim()).toBeUndefined();
    await watch();
    await simulator.waitFor("👀 on the issue", () => isMarked(issue, "eyes"));
    const found = taskId(await claim());
    const where = { repositoryId: repository.id, issueId: issue.id, issueNumber: issue.number };
    expect(found).toBe(identify(where, { stage: "planning", about: "issue", attempt: 0 }).taskId);
    simulator.webhookFaults = {};
    const lost = simulator.deliveries(hook).findLast(({ event }) => event === "issues");
    simulator.redeliver(lost?.id ?? 0);
    await simulator.webhooksSettled();
    expect(simulator.deliveries(hook).at(-1)).toMatchObject({ event: "issues", statusCode: 202 });
    expect((await queue.liveTasks()).size).toBe(1);
  });

  test("has a delivery sent again that failed while nobody looked, when it knows the webhook", async () => {
    const admin = simulator.token("octocat");
    const over = await service({ GITHUB_TOKEN: admin });
    await serve(over);
    simulator.webhookFaults = { lose: () => true };
    octocat().openIssue(repository, { title: "Make it blue" });
    await simulator.webhooksSettled();
    simulator.webhookFaults = {};
    const watching = startWatch(over, readWatchConfig({ ...environment, GITHUB_HOOK_ID: String(hook.id) }));
    open.push(watching);
    const again = await simulator.waitFor("a redelivery", () =>
      simulator.deliveries(hook).find(({ redelivery, status }) => redelivery && status !== null),
    );
    expect(again).toMatchObject({ event: "issues", statusCode: 202 });
    expect(await over.metrics.registry.getSingleMetricAsString("froussard_redeliveries_total")).toMatch(
      /\{result="asked"\} 1$/m,
    );
    expect((await queue.liveTasks()).size).toBe(1);
  });

  test("answers a redelivery without queueing anything twice", async () => {
    await serve();
    simulator.webhookFaults = { repeat: () => true };
    const issue = octocat().openIssue(repository, { title: "Make it blue" });
    await simulator.webhooksSettled();
    await simulator.waitFor("👀 on the issue", () => isMarked(issue, "eyes"));
    expect((await queue.liveTasks()).size).toBe(1);
  });

  test("answers /approve by webhook without waiting for the loop", async () => {
    await serve();
    const issue = octocat().openIssue(repository, { title: "Make it blue" });
    await simulator.webhooksSettled();
    const planning = await claim();
    const plan = postPlan(issue);
    if (planning) await queue.ack(planning);
    ahead += 1000;
    const approve = octocat().comment(issue, "/approve");
    await simulator.waitFor("marks", () => isMarked(plan, "rocket") && isMarked(approve, "eyes"));
    expect(JSON.parse(String((await claim())?.value))).toMatchObject({
      stage: "implementation",
      planCommentId: plan.id,
    });
  });

  test("tells people once what a command lacks", async () => {
    await watch();
    const issue = octocat().openIssue(repository, { title: "Make it blue" });
    await simulator.waitFor("👀 on the issue", () => isMarked(issue, "eyes"));
    octocat().comment(issue, "/approve");
    const note = await simulator.waitFor("a note", () =>
      issue.comments.find(({ body }) => body?.includes('"no-plan"')),
    );
    expect(note.author.login).toBe("codex-automation");
  });
});

describe("bad input at the start", () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ["a wrong token", { GITHUB_TOKEN: "ghp_wrong" }, /GitHub refused the token: set GITHUB_TOKEN/],
    [
      "an unknown login",
      { CODEX_TRIGGER_LOGINS: "nobody-at-all" },
      /CODEX_TRIGGER_LOGINS: there is no account nobody-at-all/,
    ],
    ["another id than given", { CODEX_TRIGGER_LOGINS: "octocat:4242" }, /octocat has the id \d+, not 4242/],
    ["an unknown repository", { CODEX_REPOSITORIES: "octocat/nothing" }, /no repository octocat\/nothing/],
    [
      "a folder that is not there",
      { FROUSSARD_QUEUE: "/nowhere/queue.db" },
      /cannot open the queue \/nowhere\/queue\.db/,
    ],
  ])("%s", async (_, wrong, words) => {
    await expect(service(wrong)).rejects.toThrow(words);
  });

  test("no right to push is a warning, for runs tell it themselves", async () => {
    await simulator.addRepository({ owner: "octocat", name: "read-only", files: { a: "a" } });
    const warnings: object[] = [];
    const config = readWatchConfig({ ...environment, CODEX_REPOSITORIES: "octocat/read-only" });
    const opened = await openService(config, {
      log: { ...log, warn: (fields) => void warnings.push(fields) },
      paceWrites: false,
    });
    open.push({ stop: () => opened.close() });
    expect(warnings).toContainEqual({ repository: "octocat/read-only" });
  });
});

test.each([
  ["GitHub does not answer", { hang: true }],
  ["a failed question waits to be asked again", { status: 503 }],
])(
  "a start is given up at once when %s",
  async (_, fault) => {
    simulator.faults.inject({ path: /\/users\//, ...fault });
    const stop = new AbortController();
    const options = { log, paceWrites: false, signal: stop.signal };
    const opening = openService(readWatchConfig(environment), options).then(
      () => "opened",
      (error: unknown) => error,
    );
    const status = "status" in fault ? fault.status : 0;
    await expect.poll(() => simulator.requests.at(-1)).toMatchObject({ path: "/api/v3/users/octocat", status });
    stop.abort(new Error("enough"));
    expect(await opening).toBe(stop.signal.reason);
    expect(await openService(readWatchConfig(environment), options).catch((error: unknown) => error)).toBe(
      stop.signal.reason,
    );
  },
  5_000,
);

describe("the program", () => {
  const start = (line: string, settings: Record<string, string>) => {
    const args = line.split(" ").filter((word) => word !== "");
    const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], {
      env: { PATH: process.env["PATH"], ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        output += chunk;
      });
    return { child, output: () => output };
  };

  test("names every wrong setting and ends with 2", async () => {
    const { child, output } = start("serve", { PORT: "http" });
    const [code] = await once(child, "close");
    expect(code).toBe(2);
    for (const name of [
      "GITHUB_TOKEN",
      "CODEX_TRIGGER_LOGINS",
      "CODEX_REPOSITORIES",
      "KAFKA_BROKERS",
      "GITHUB_WEBHOOK_SECRET",
      "PORT",
    ])
      expect(output()).toContain(`  ${name}: `);
  });

  test.each([
    ["", 2, /Usage: froussard/],
    ["surve", 2, /unknown command 'surve'/],
    ["serve --port 80", 2, /unknown option '--port'.*--help/s],
    ["watch now", 2, /too many arguments/],
    ["serve --help", 0, /GITHUB_WEBHOOK_SECRET/],
    ["--help", 0, /Usage: froussard/],
  ])("called as froussard %s ends with %i and says how to call it", async (line, expected, words) => {
    const { child, output } = start(line, environment);
    const [code] = await once(child, "close");
    expect(code).toBe(expected);
    expect(output()).toMatch(words);
  });

  test("watch publishes what is due, logs without secrets, and ends in order on SIGTERM", async () => {
    const issue = octocat().openIssue(repository, { title: "Make it blue", body: "my private words" });
    const { child, output } = start("watch", environment);
    await simulator.waitFor("👀 on the issue", () => isMarked(issue, "eyes"));
    child.kill("SIGTERM");
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(taskId(await claim())).toMatch(/^codex-planning-/);
    expect(output()).toContain('"taskId":"codex-planning-');
    expect(output()).not.toContain(environment["GITHUB_TOKEN"]);
    expect(output()).not.toContain("my private words");
  });

  test.each<["serve" | "watch" | "once", "SIGTERM" | "SIGINT"]>([
    ["serve", "SIGTERM"],
    ["watch", "SIGINT"],
    ["once", "SIGTERM"],
  ])("%s ends on %s while it starts and GitHub does not answer", async (command, signal) => {
    simulator.faults.inject({ path: /\/users\//, hang: true });
    const { child, output } = start(command, environment);
    await expect.poll(() => simulator.requests.length, { timeout: 10_000 }).toBeGreaterThan(0);
    child.kill(signal);
    expect(await once(child, "close")).toEqual([0, null]);
    expect(output()).toBe("");
  });

  test.each([
    ["serve", "PORT"],
    ["watch", "WATCH_PORT"],
  ])("%s on a port that is taken ends and names %s", async (command, setting) => {
    const port = new URL(simulator.url).port;
    const { child, output } = start(command, { ...environment, [setting]: port });
    expect(await once(child, "close")).toEqual([1, null]);
    expect(output()).toContain(`cannot listen on port ${port}: set ${setting} to a free one`);
  });

  test("watch with WORKFLOWS_NAMESPACE outside of a cluster ends and says so", async () => {
    const { child, output } = start("watch", { ...environment, WORKFLOWS_NAMESPACE: "argo-workflows" });
    expect(await once(child, "close")).toEqual([1, null]);
    expect(output()).toContain(
      "WORKFLOWS_NAMESPACE is for a pod with a service account: unset it outside of a cluster",
    );
  });

  test("watch sends its traces before it ends, and shows what it uses at /metrics", async () => {
    const collector = await startTraceCollector();
    const [port] = await freePorts(1);
    const more = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, WATCH_PORT: String(port) };
    octocat().openIssue(repository, { title: "Make it blue" });
    const { child } = start("watch", { ...environment, ...more });
    await expect.poll(async () => taskId(await claim()), { timeout: 10_000 }).toMatch(/^codex-planning-/);
    const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await expect.poll(metrics).toMatch(/^froussard_watch_tick_duration_seconds_count\{track="issue"\} [1-9]/m);
    expect(await metrics()).toMatch(/^froussard_tasks_published_total\{stage="planning"\} 1$/m);
    expect(await metrics()).toMatch(/^process_resident_memory_bytes \d+/m);
    expect((await fetch(`http://127.0.0.1:${port}/health/liveness`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([0, null]);
    expect(collector.spans).toMatchObject([{ name: "publish", service: "froussard" }]);
    await collector.close();
  });

  test("once ends by itself", async () => {
    octocat().openIssue(repository, { title: "Make it blue" });
    const { child } = start("once", environment);
    const [code] = await once(child, "close");
    expect(code).toBe(0);
    expect(taskId(await claim())).toMatch(/^codex-planning-/);
  });
});
