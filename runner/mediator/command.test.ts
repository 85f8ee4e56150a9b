import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { outputLine } from "./output-line.ts";

const bearer = "b".repeat(64);
let folder: string;
let github: GitHubSimulator;
let children: ChildProcess[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mediator-process-"));
  github = await startGitHub();
  github.addUser({ login: "maintainer" });
  github.addUser({ login: "codex-automation" });
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await github.close();
  rmSync(folder, { recursive: true });
});

const socketPath = () => join(folder, "socket");
const environment = (changes: Record<string, string> = {}) => ({
  PATH: process.env["PATH"] ?? "",
  HOME: join(folder, "home"),
  LANG: "C.UTF-8",
  GITHUB_TOKEN: github.token("codex-automation"),
  GITHUB_API_BASE_URL: github.apiUrl,
  OPENAI_API_KEY: "sk-test",
  OPENAI_BASE_URL: "http://127.0.0.1:1/v1",
  RUN_BEARER: bearer,
  MEDIATOR_LISTEN: `unix:${socketPath()}`,
  MEDIATOR_STATE: join(folder, "state"),
  MEDIATOR_PARENT: "stdin",
  TASK_STAGE: "planning",
  TASK_REPOSITORY: "maintainer/hello",
  TASK_ISSUE_NUMBER: "1",
  CODEX_TRIGGER_LOGINS: "maintainer",
  ...changes,
});

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "..", "main.ts"), "mediator"], {
    env,
    stdio: "pipe",
  });
  children.push(child);
  const errors = text(child.stderr);
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const ready = once(child.stdout, "data").then(([line]) => JSON.parse(String(line)));
  // A process that ends before it is ready leaves this waiting.
  ready.catch(() => {});
  return { child, errors, ended, ready };
}

async function call(method: string, path: string, body?: object) {
  const headers = {
    host: "localhost",
    authorization: `Bearer ${bearer}`,
    ...(body && { "content-type": "application/json" }),
  };
  const sent = request({ socketPath: socketPath(), method, path, headers, agent: false });
  sent.end(body && JSON.stringify(body));
  const [response] = await once(sent, "response");
  return { status: response.statusCode, body: JSON.parse((await text(response)) || "null") };
}

const steps = [{ title: "Greet", detail: "" }];
const plan = { summary: "S", steps, files: [], commands: [], risks: [], tests: [], openQuestions: [] };

const addIssue = async () => {
  const repository = await github.addRepository({
    owner: "maintainer",
    name: "hello",
    files: { "README.md": "# Hello\n" },
    collaborators: { "codex-automation": "write" },
  });
  github.as("maintainer").openIssue(repository, { title: "Hostile `$(id)` {{x}}", body: "a\u0000b" });
  return repository;
};

describe.skipIf(process.platform === "win32")("the mediator as a process", () => {
  test("serves its task, publishes the plan, and ends with its parent", async () => {
    const repository = await addIssue();
    const { child, ended, ready, errors } = start(environment());
    expect(await ready).toEqual({ ready: true, listen: `unix:${socketPath()}` });
    expect(statSync(socketPath()).mode & 0o777).toBe(0o600);
    const task = await call("GET", "/task");
    expect(task.body, JSON.stringify(task)).toMatchObject({ state: "work", stage: "planning" });
    expect(task.body.prompt).toContain("Hostile `$(id)` {{x}}");
    expect(await call("POST", "/result", { kind: "plan", plan })).toMatchObject({
      status: 200,
      body: { outcome: "done" },
    });
    const [comment] = github.comments(repository, 1).filter(({ body }) => body?.startsWith("<!-- codex:plan -->"));
    expect(comment?.body).toContain("Greet");
    child.stdin.end();
    expect(await ended).toBe(0);
    for (const secret of [bearer, "sk-test"]) expect(await errors).not.toContain(secret);
    expect(JSON.parse(readFileSync(join(folder, "state", "record.json"), "utf8"))).toMatchObject({ state: "closed" });
  });

  const report = { activity: "reading", todo: [{ text: "Read \u001b[2J all", done: false }] };

  test("tells its parent how the run stands, one line of JSON each", async () => {
    await addIssue();
    const { child, ready } = start(environment());
    await ready;
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (printed += chunk));
    await call("GET", "/task");
    await call("POST", "/progress", report);
    await call("POST", "/result", { kind: "plan", plan });
    const lines = () => printed.split("\n").slice(0, -1);
    await expect.poll(() => lines().at(-1)).toContain('"ended"');
    expect(printed).not.toContain("\u001b");
    const states = lines().map((line) => outputLine.parse(JSON.parse(line)));
    expect(states).toMatchObject([
      { state: { phase: "working", todo: [] } },
      { state: { phase: "working", ...report } },
      { state: { phase: "publishing" } },
      { state: { phase: "ended", ledger: { requests: 0 } } },
    ]);
  });

  test("tells its ledger alone where nobody started it: in a cluster that is the pod's log", async () => {
    await addIssue();
    const { MEDIATOR_PARENT: _, ...alone } = environment();
    const { child, ready } = start(alone);
    await ready;
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (printed += chunk));
    await call("GET", "/task");
    await call("POST", "/progress", report);
    expect((await call("POST", "/result", { kind: "plan", plan })).body).toMatchObject({ outcome: "done" });
    child.kill("SIGTERM");
    await once(child, "close");
    expect(printed).toMatch(/^[^\n]+\n$/);
    expect(outputLine.parse(JSON.parse(printed))).toMatchObject({
      ledger: { stage: "planning", attempts: 1, outcome: "done", model: "gpt-6.1-sol", requests: 0 },
    });
    expect(printed).not.toContain("Adds");
  });

  const hostile = '\u001b[2J\n{"ledger":{}}\rover it';
  test.each([
    ["is shown alone: its pod's log is where people read it, without forged lines", {}, hostile, "done", true],
    ["is not shown with a secret in it", {}, bearer, "failed", false],
    ["is not shown to a parent, which reads the file", { MEDIATOR_PARENT: "stdin" }, hostile, "done", false],
  ])("the result of a dry run %s", async (_, parent, detail, outcome, isShown) => {
    const repository = await addIssue();
    const { MEDIATOR_PARENT: __, ...alone } = environment({ TASK_DRY_RUN: "true" });
    const { child, ready } = start({ ...alone, ...parent });
    await ready;
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (printed += chunk));
    await call("GET", "/task");
    const answer = await call("POST", "/result", {
      kind: "plan",
      plan: { ...plan, steps: [{ title: "Greet", detail }] },
    });
    expect(answer.body).toMatchObject({ outcome, dryRun: true });
    child.kill("SIGTERM");
    await once(child, "close");
    const lines = printed.split("\n").slice(0, -1);
    const shown = lines.filter((line) => line.startsWith("|"));
    expect(shown.includes("| 1. Greet") && shown.includes("| over it")).toBe(isShown);
    expect(shown.length > 0).toBe(isShown);
    const told = lines.filter((line) => !line.startsWith("|")).map((line) => outputLine.parse(JSON.parse(line)));
    expect(told.filter((line) => "ledger" in line)).toHaveLength(1);
    expect(printed).not.toMatch(/[\u001b\r]/);
    expect(printed).not.toContain(bearer);
    expect(github.comments(repository, 1)).toEqual([]);
  });

  test("publishes all the same when nobody reads what it tells", async () => {
    await addIssue();
    const { child, ready } = start(environment());
    await ready;
    child.stdout.destroy();
    await call("GET", "/task");
    await call("POST", "/progress", report);
    expect((await call("POST", "/result", { kind: "plan", plan })).body).toMatchObject({ outcome: "done" });
  });

  test.each([
    ["before", { hang: true }],
    ["after", { dropConnection: "after", delayMs: 0 }],
  ] as const)(
    "kill -9 while the plan is posted, %s it stands: the next process publishes it, once, unpaid",
    async (_, fault) => {
      const repository = await addIssue();
      const ours = (marker: string) => github.comments(repository, 1).filter(({ body }) => body?.startsWith(marker));
      const first = start(environment());
      await first.ready;
      await call("GET", "/task");
      await expect.poll(() => ours("<!-- codex:progress -->").length, { interval: 10 }).toBe(1);
      const before = github.requests.length;
      github.faults.inject({ method: "POST", path: /\/comments$/, times: 1, ...fault });
      const lost = call("POST", "/result", { kind: "plan", plan }).catch(() => "lost");
      const posted = () =>
        github.requests.slice(before).some(({ method, path }) => method === "POST" && path.endsWith("/comments"));
      await expect.poll(posted, { interval: 2, timeout: 15_000 }).toBe(true);
      first.child.kill("SIGKILL");
      expect(await lost).toBe("lost");
      await first.ended;

      const second = start(environment());
      await second.ready;
      expect((await call("GET", "/task")).body).toMatchObject({ state: "closed", outcome: "done" });
      second.child.kill("SIGTERM");
      expect(await second.ended).toBe(0);
      expect(ours("<!-- codex:plan -->").filter(({ minimizedReason }) => minimizedReason === null)).toHaveLength(1);
      expect(ours("<!-- codex:progress -->")).toHaveLength(1);
    },
  );

  test.each([
    ["hangs", { hang: true }],
    ["answers 503", { status: 503 }],
  ])("a GitHub that %s once the plan stands does not keep the agent waiting", async (_, fault) => {
    await addIssue();
    const { ready } = start(environment());
    await ready;
    await call("GET", "/task");
    await expect.poll(() => github.requests.some(({ method }) => method === "POST"), { interval: 10 }).toBe(true);
    github.faults.inject({ method: "PATCH", path: /\/comments\//, times: 1_000, ...fault });
    const before = performance.now();
    expect((await call("POST", "/result", { kind: "plan", plan })).body).toMatchObject({ outcome: "done" });
    expect(performance.now() - before).toBeLessThan(8_000);
  });

  test.each([
    ["lists no host, as it is by default", {}, false, /CODEX_EGRESS_HOSTS lists no host/],
    [
      "lists another host",
      { CODEX_EGRESS_HOSTS: "packages.example.org", CODEX_SANDBOX: "pod" },
      true,
      /CODEX_EGRESS_HOSTS does not list evil\.example:443/,
    ],
  ])("a tunnel is refused where CODEX_EGRESS_HOSTS %s", async (_, settings, egress, reason) => {
    await addIssue();
    const { ready } = start(environment(settings));
    await ready;
    expect((await call("GET", "/task")).body.egress ?? false).toBe(egress);
    const headers = { "proxy-authorization": `Bearer ${bearer}` };
    const sent = request({
      socketPath: socketPath(),
      method: "CONNECT",
      path: "evil.example:443",
      headers,
      agent: false,
    });
    const [response, , head] = await once(sent.end(), "connect");
    expect(response.statusCode).toBe(403);
    expect(String(head)).toMatch(reason);
  });

  test("git is found on the PATH given", async () => {
    await addIssue();
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const git = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    writeFileSync(join(bin, "git"), `#!/bin/sh\necho "$1" >> ${join(folder, "calls")}\nexec ${git} "$@"\n`, {
      mode: 0o755,
    });
    const { ready } = start(environment({ PATH: `${bin}:/usr/bin:/bin` }));
    await ready;
    expect((await call("GET", "/task")).body).toMatchObject({ state: "work" });
    await expect.poll(() => existsSync(join(folder, "calls"))).toBe(true);
  });

  test("a token that GitHub refuses is the task's answer, and SIGTERM ends it in order", async () => {
    await addIssue();
    const { child, ended, ready } = start(environment({ GITHUB_TOKEN: "wrong" }));
    await ready;
    expect((await call("GET", "/task")).body).toMatchObject({ state: "closed", code: "bad-credentials" });
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  test("that nobody in CODEX_TRIGGER_LOGINS is known is told, with the name", async () => {
    await addIssue();
    const { ready } = start(environment({ CODEX_TRIGGER_LOGINS: "nobody-here" }));
    await ready;
    expect((await call("GET", "/task")).body).toMatchObject({
      code: "internal",
      detail: expect.stringContaining("nobody-here"),
    });
  });

  test("missing settings are told together, and nothing starts", async () => {
    const { ended, errors } = start({ PATH: process.env["PATH"] ?? "" });
    expect(await ended).toBe(2);
    expect(await errors).toMatch(/GITHUB_TOKEN is missing[\s\S]*OPENAI_API_KEY is missing[\s\S]*TASK_STAGE is missing/);
  });
});
