import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import type { ModelScript } from "@froussard/simulators/model/script";
import { type Model, startModel } from "@froussard/simulators/model/start-model";
import { pino } from "pino";
import { expect } from "vitest";
import { type RunTaskOptions, runTask } from "../run-task.ts";
import type { RunTaskResult } from "../run-task-result.ts";

/** A simulated GitHub with a repository, a maintainer and our account, a simulated model, and a folder for runs. */
export interface World {
  github: GitHubSimulator;
  model: Model;
  repository: Awaited<ReturnType<GitHubSimulator["addRepository"]>>;
  folder: string;
  secrets: { githubToken?: string; openaiApiKey: string };
  /** Everything that was logged, as JSON lines. */
  log: string[];
  options(task: Partial<RunTaskOptions["task"]>, changes?: Partial<RunTaskOptions>): RunTaskOptions;
  run(task: Partial<RunTaskOptions["task"]>, changes?: Partial<RunTaskOptions>): Promise<RunTaskResult>;
  /** Issue 1, whose typo the simulated model finds and repairs. */
  openIssue(): void;
  /** The maintainer's 👍 on the plan. */
  approve(): void;
  /** Our comments on issue 1. */
  comments(kind: "plan" | "progress" | "result"): readonly { body: string | null }[];
  /** Puts GitHub's clock forward. */
  pass(seconds: number): void;
  /** Resolves when a run has come so far that it costs. */
  modelIsAsked(): Promise<void>;
  close(): Promise<void>;
}

/** With `asApp` we are the App `codex-automation`, installed on this and another repository, and have no token. */
export async function startWorld(script?: ModelScript, { asApp = false } = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "run-task-"));
  // GitHub's stamps have whole seconds, and an approval must be strictly later than the plan: its clock is moved on.
  let ahead = 0;
  const github = await startGitHub({ clock: () => new Date(Date.now() + ahead * 1_000) });
  github.addUser({ login: "maintainer" });
  github.addUser({ login: "codex-automation" });
  const repository = await github.addRepository({
    owner: "maintainer",
    name: "hello",
    files: {
      "README.md": "# Hello\n\nThis is teh example.\n",
      "package.json": '{"name":"hello","scripts":{"test":"true"}}\n',
    },
    collaborators: { "codex-automation": "write" },
  });
  const openaiApiKey = "sk-canary-openai-0123456789";
  const model = await startModel({ apiKey: openaiApiKey, ...(script && { script }) });
  const secrets = { openaiApiKey, ...(!asApp && { githubToken: github.token("codex-automation") }) };
  const signIn = asApp ? installApp(github, folder) : {};
  const log: string[] = [];
  const options: World["options"] = (task, changes = {}) => ({
    task: { stage: "planning", repository: "maintainer/hello", ...(!task.dryRun && { issueNumber: 1 }), ...task },
    secrets,
    settings: {
      path: process.env["PATH"] ?? "",
      lang: "C.UTF-8",
      passedOn: {
        ...signIn,
        CODEX_TRIGGER_LOGINS: "maintainer",
        GITHUB_API_BASE_URL: github.apiUrl,
        OPENAI_BASE_URL: `${model.url}/v1`,
      },
    },
    stateFolder: join(folder, `state-${task.stage ?? "planning"}`),
    signal: new AbortController().signal,
    log: pino({ level: "debug" }, { write: (line: string) => log.push(line) }),
    retryDelaysMs: [1, 1],
    ...changes,
  });
  const ours = (kind: string) =>
    github.comments(repository, 1).filter(({ body }) => body?.startsWith(`<!-- codex:${kind} -->`));
  const maintainer = github.as("maintainer");
  return {
    openIssue() {
      maintainer.openIssue(repository, { title: "Typo in README", body: "Fix a typo: teh should be the" });
    },
    approve() {
      const plan = ours("plan")[0];
      if (!plan) throw new Error(`there is no plan to approve:\n${log.join("")}`);
      ahead += 5;
      maintainer.react(plan);
      ahead += 5;
    },
    comments: ours,
    pass(seconds) {
      ahead += seconds;
    },
    modelIsAsked: () => expect.poll(() => model.requests.length, { timeout: 30_000 }).toBeGreaterThan(0),
    github,
    model,
    repository,
    folder,
    secrets,
    log,
    options,
    run: (task, changes) => runTask(options(task, changes)),
    async close() {
      await github.close();
      await model.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The settings of an App on the maintainer's account. */
function installApp(github: GitHubSimulator, folder: string) {
  const { app, privateKey } = github.addApp("maintainer", { slug: "codex-automation" });
  const { id } = github.install(app, "maintainer");
  const file = join(folder, "app.pem");
  writeFileSync(file, privateKey, { mode: 0o600 });
  return {
    GITHUB_APP_ID: String(app.id),
    GITHUB_APP_INSTALLATION_ID: String(id),
    GITHUB_APP_PRIVATE_KEY_FILE: file,
  };
}
