import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { markers } from "@froussard/contract";
import { listRefs } from "@froussard/simulators/github/git/bare-repository";
import { startGitHub } from "@froussard/simulators/github/start";
import type { ModelScript } from "@froussard/simulators/model/script";
import { startModel } from "@froussard/simulators/model/start-model";
import { pino } from "pino";
import { startMediator } from "../../mediator/start-mediator.ts";
import type { PlanAnswer } from "../../plan.ts";
import { mediatorEnvironment, readSettings } from "../../settings.ts";

export interface Call {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: unknown;
}
export interface Answer {
  status: number;
  body: string;
}

export const goodPlan: PlanAnswer = {
  summary: "The first plan.",
  steps: [{ title: "Do it", detail: "" }],
  files: [],
  commands: [],
  risks: [],
  tests: [],
  openQuestions: [],
};

/** A mediator at work over a simulated GitHub and model, and whoever holds its bearer: in policy `pod`, any command of the model. */
export async function startAttackedMediator(script: ModelScript = () => [{ kind: "answer", text: "done" }]) {
  const folder = mkdtempSync(join(tmpdir(), "attacked-mediator-"));
  let ahead = 0;
  const github = await startGitHub({
    clock: () => new Date(Date.now() + ahead * 1_000),
    folder: join(folder, "github"),
  });
  for (const login of ["maintainer", "codex-automation"]) github.addUser({ login });
  const repository = await github.addRepository({
    owner: "maintainer",
    name: "hello",
    files: { "README.md": "# Hello\n" },
    collaborators: { "codex-automation": "write" },
  });
  const openaiKey = `sk-attack-${randomBytes(12).toString("hex")}`;
  const githubToken = github.token("codex-automation");
  const model = await startModel({ apiKey: openaiKey, script });
  const issue = github.as("maintainer").openIssue(repository, { title: "A wish", body: "Please." });
  const log: string[] = [];
  const logger = pino({ level: "debug" }, { write: (line: string) => void log.push(line) });
  const stops: (() => Promise<void>)[] = [];
  /** A server that should never be visited. */
  const canary = await startCanary();

  async function start(stage: "planning" | "implementation", env: Record<string, string> = {}) {
    const bearer = randomBytes(32).toString("hex");
    const state = join(folder, stage);
    const recordFile = join(state, "record.json");
    const settings = readSettings(mediatorEnvironment, {
      PATH: process.env["PATH"],
      GITHUB_TOKEN: githubToken,
      GITHUB_API_BASE_URL: github.apiUrl,
      OPENAI_API_KEY: openaiKey,
      OPENAI_BASE_URL: `${model.url}/v1`,
      RUN_BEARER: bearer,
      MEDIATOR_LISTEN: "127.0.0.1:0",
      MEDIATOR_STATE: state,
      TASK_STAGE: stage,
      TASK_REPOSITORY: "maintainer/hello",
      TASK_ISSUE_NUMBER: "1",
      CODEX_TRIGGER_LOGINS: "maintainer",
      CODEX_SANDBOX: "pod",
      ...env,
    });
    const running = await startMediator(settings, logger);
    stops.push(() => running.stop());
    const port = Number(running.listen.split(":")[1]);
    const call = async ({ method = "GET", path = "/task", headers = {}, body }: Call): Promise<Answer> => {
      const sent = request({
        host: "127.0.0.1",
        port,
        method,
        path,
        agent: false,
        headers: {
          authorization: `Bearer ${bearer}`,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
      });
      sent.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      return { status: response.statusCode ?? 0, body: await text(response) };
    };
    // Answered when GitHub was asked and the clone is there: no test ends in the middle of it. It takes no task.
    await call({ path: "/workspace" });
    return {
      bearer,
      port,
      state,
      call,
      post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
        call({ method: "POST", path, body, headers }),
      /** Bytes as they are; everything that comes back until the end. */
      raw: async (bytes: string): Promise<string> => {
        const socket: Socket = connect(port, "127.0.0.1");
        socket.on("error", () => {});
        socket.end(bytes);
        return text(socket).catch(() => "");
      },
      record: () => JSON.parse(readFileSync(recordFile, "utf8")),
      stop: () => running.stop(),
    };
  }

  const ours = (marker: string) => issue.comments.filter(({ body }) => body?.startsWith(marker));
  return {
    github,
    model,
    repository,
    issue,
    log,
    canary,
    secrets: { githubToken, openaiKey },
    start,
    plans: () => ours(markers.plan),
    progress: () => ours(markers.progress),
    branches: async () => {
      return (await listRefs(repository.folder, "refs/heads/")).map(({ name }) => name);
    },
    /** Everything that was ever written: to GitHub, to the log. */
    written: () =>
      JSON.stringify([
        issue.comments.map(({ body }) => body),
        log,
        github.pulls(repository).map(({ title, body }) => [title, body]),
      ]),
    /** A mediator for the work on a plan that the maintainer has approved. */
    async startWork(env: Record<string, string> = {}) {
      const planning = await start("planning");
      await planning.call({});
      await planning.post("/result", { kind: "plan", plan: goodPlan });
      await planning.stop();
      const [plan] = ours(markers.plan);
      if (!plan) throw new Error(`there is no plan:\n${log.join("")}`);
      ahead += 5;
      github.as("maintainer").react(plan, "+1");
      ahead += 5;
      return { ...(await start("implementation", env)), plan };
    },
    async close() {
      for (const stop of stops) await stop();
      await canary.close();
      await github.close();
      await model.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type AttackedMediator = Awaited<ReturnType<typeof startAttackedMediator>>;

async function startCanary() {
  let visits = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    visits++;
    sockets.add(socket);
    socket.on("error", () => {}).end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nvisit!");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    visits: () => visits,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
