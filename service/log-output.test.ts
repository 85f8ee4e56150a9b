import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readServeConfig, readWatchConfig } from "./config.ts";
import { openService, type Service } from "./open-service.ts";
import { startDeadLetters } from "./serve/start-dead-letters.ts";
import { startServe } from "./serve/start-serve.ts";
import { deliveryHeaders, sign } from "./testing/serve-kit.ts";
import { startWatch } from "./watch/start-watch.ts";

/** Every text that people or outsiders write holds this word, with what breaks a line or colours a terminal around it. */
const word = "CANARY";
const hostile = (name: string) => `${word}-${name}\n{"level":50,"msg":"forged"}\u001b[31m\u2028\u0000${word}`;
const secrets = {
  GITHUB_WEBHOOK_SECRET: "It's a Secret to Everybody",
  GITHUB_WEBHOOK_SECRET_PREVIOUS: "the secret of last month",
  DEAD_LETTER_TOKEN: "bearer-of-dead-letters",
};

let simulator: GitHubSimulator;
let folder: string;
let environment: Record<string, string>;
let lines: string[];
const open: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  lines = [];
  folder = mkdtempSync(join(tmpdir(), "froussard-log-"));
  simulator = await startGitHub();
  for (const login of ["octocat", "stranger", "codex-automation"]) simulator.addUser({ login });
  environment = {
    ...secrets,
    GITHUB_TOKEN: simulator.token("codex-automation"),
    GITHUB_API_BASE_URL: simulator.apiUrl,
    CODEX_TRIGGER_LOGINS: "octocat",
    CODEX_REPOSITORIES: "octocat/hello",
    FROUSSARD_QUEUE: join(folder, "queue.db"),
    WATCH_REPOSITORY_SECONDS: "1",
    PORT: "0",
    DEAD_LETTER_PORT: "0",
    LOG_LEVEL: "debug",
  };
});
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
  await simulator.close();
  rmSync(folder, { recursive: true });
});

const parsed = () => lines.map((line): Record<string, unknown> => JSON.parse(line));
const logged = (message: string) => parsed().filter(({ msg }) => msg === message);

/** Sends a request with header values that `fetch` would refuse or mend. */
async function send(port: number, path: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: "127.0.0.1", path, method: "POST", headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    request.on("error", reject).end(body);
  });
}

test("the log holds ids and names, and never a secret or what people wrote, whatever happens", async () => {
  const files = { "README.md": "# hello\n" };
  const collaborators = { "codex-automation": "write" } as const;
  const repository = await simulator.addRepository({ owner: "octocat", name: "hello", files, collaborators });
  const log = pino({ level: "debug", base: null }, { write: (line: string) => void lines.push(line) });
  const opened = await openService(readWatchConfig(environment), { log, paceWrites: false });
  open.push(() => opened.close());
  let fails = false;
  const publisher: Service["publisher"] = {
    async publish(records) {
      if (fails) throw new Error("the queue is full");
      return opened.publisher.publish(records);
    },
    close: async () => {},
  };
  const service = { ...opened, publisher };
  const serving = await startServe(service, readServeConfig(environment));
  open.push(() => serving.stop());
  const deadLetters = await startDeadLetters(service, readServeConfig(environment));
  open.push(async () => deadLetters?.stop());

  // What outsiders send.
  const webhooks = (headers: Record<string, string>, body: string) =>
    send(serving.port, "/webhooks/github", headers, body);
  const body = JSON.stringify({ text: hostile("body") });
  const forged = deliveryHeaders({ body, headers: { "x-hub-signature-256": `sha256=${"0".repeat(64)}` } });
  expect(await webhooks({ ...forged, "x-github-event": "issues" }, body)).toBe(401);
  expect(await webhooks({ ...forged, "x-hub-signature-256": word }, body)).toBe(401);
  expect(await webhooks({ ...forged, "x-github-event": `${word} \u00e9` }, body)).toBe(400);
  expect(await webhooks({ ...forged, "x-github-delivery": `${word}{}` }, body)).toBe(400);
  expect(await webhooks({ ...forged, "content-type": `text/${word}` }, body)).toBe(415);
  const broken = `{"text":"${word}`;
  expect(await webhooks(deliveryHeaders({ body: broken }), broken)).toBe(400);
  expect(await send(serving.port, `/${word}?token=${secrets.DEAD_LETTER_TOKEN}`, {}, body)).toBe(404);
  const unfit = { taskId: hostile("task"), stage: hostile("stage"), repository: hostile("repository") };
  const letter = JSON.stringify({ ...unfit, issueNumber: "1", deliveryId: "" });
  const at = deadLetters?.port ?? 0;
  expect(await send(at, "/dead-letters", { authorization: `Bearer ${word}` }, letter)).toBe(401);
  const bearer = { authorization: `Bearer ${secrets.DEAD_LETTER_TOKEN}` };
  expect(await send(at, "/dead-letters", bearer, letter)).toBe(200);

  // What people write, by webhook and by looking, while things work and while they do not.
  const hook = simulator.addWebhook(repository, {
    url: `http://127.0.0.1:${serving.port}/webhooks/github`,
    secret: secrets.GITHUB_WEBHOOK_SECRET_PREVIOUS,
    events: ["*"],
  });
  const watching = startWatch(service, readWatchConfig(environment));
  open.push(() => watching.stop());
  const person = simulator.as("octocat");
  const issue = person.openIssue(repository, { title: hostile("title"), body: hostile("body") });
  await simulator.waitFor("👀", () => issue.reactions.some(({ content }) => content === "eyes"));
  person.label(issue, `${word} label`);
  person.comment(issue, `/approve\n${hostile("comment")}`);
  await expect.poll(() => issue.comments.length, { timeout: 10_000 }).toBe(2);
  simulator.faults.inject({ path: /graphql/, times: 1, status: 503 });
  fails = true;
  const second = person.openIssue(repository, { title: hostile("second"), body: hostile("body") });
  await simulator.webhooksSettled();
  await expect.poll(() => logged("task not published").length, { timeout: 10_000 }).toBeGreaterThan(0);
  fails = false;
  await simulator.waitFor("👀", () => second.reactions.some(({ content }) => content === "eyes"));
  const sent = simulator.deliveries(hook).find(({ action }) => action === "opened")?.body ?? "";
  const odd = JSON.stringify({ ...JSON.parse(sent), action: hostile("action") });
  expect(await webhooks({ ...deliveryHeaders({ body: odd }), "x-hub-signature-256": sign(odd) }, odd)).toBe(202);

  const everything = lines.join("");
  for (const secret of [...Object.values(secrets), environment["GITHUB_TOKEN"] ?? "", "sha256="])
    expect(everything.includes(secret), secret).toBe(false);
  expect(lines.filter((line) => line.includes(word))).toEqual([]);
  expect(everything).not.toMatch(/forged|\\u001b|\u001b/);
  for (const line of parsed()) expect(line).toMatchObject({ level: expect.any(Number), msg: expect.any(String) });

  // And it is of use: whoever has a delivery id or a task id finds what became of it.
  const [accepted] = logged("delivery accepted").filter(({ taskId }) => taskId !== undefined);
  expect(accepted).toMatchObject({ deliveryId: expect.any(String), taskId: expect.any(String), stage: "planning" });
  const about = (message: string, ...fields: string[]) =>
    logged(message).map((line) => fields.filter((field) => typeof line[field] === "string"));
  for (const found of about("delivery not published", "deliveryId")) expect(found).toEqual(["deliveryId"]);
  for (const found of about("task not published", "taskId", "repository")) expect(found).toHaveLength(2);
  expect(about("delivery refused", "deliveryId").length).toBeGreaterThanOrEqual(6);
  for (const found of about("delivery refused", "deliveryId")) expect(found).toEqual(["deliveryId"]);
}, 60_000);
