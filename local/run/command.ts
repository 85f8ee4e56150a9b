import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { readableLog } from "codex-runner/run/readable-log";
import { Command } from "commander";
import { pino } from "pino";
import { runPipeline } from "./pipeline.ts";
import { type LocalOptions, readSettings } from "./settings.ts";

const help = `
Secrets and settings come from the environment, never from the command line:
  GITHUB_TOKEN            token of the account that writes the comments and opens the pull requests
                          (contents, issues and pull requests: read and write), or a GitHub App, which needs
                          CODEX_TRIGGER_LOGINS besides: GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID,
                          GITHUB_APP_PRIVATE_KEY_FILE (absolute path of its .pem file); see docs/github-app.md
  OPENAI_API_KEY          key of the model provider
  GITHUB_WEBHOOK_SECRET   with --webhook: the secret typed into the webhook's settings
  CODEX_TRIGGER_LOGINS    who may have issues planned and may approve: login,login:id
                          (default: the account that the token belongs to)
  CODEX_PLAN_TRIGGER      what is planned by itself: author (default), label:<name>, command
  CODEX_MODEL, CODEX_REASONING_EFFORT, CODEX_WEB_SEARCH, CODEX_TOKEN_BUDGET,
  CODEX_DEADLINE_MINUTES, CODEX_IDLE_MINUTES, CODEX_BASE_BRANCH, CODEX_BRANCH_PREFIX, CODEX_SINCE,
  CODEX_READABLE_PATHS    colon list of what the agent may read besides the system's programs
  GITHUB_API_BASE_URL     for GitHub Enterprise Server: https://<host>/api/v3
  OPENAI_BASE_URL         for another provider of the Responses API

Example:
  $ export GITHUB_TOKEN=… OPENAI_API_KEY=…
  $ npm run local -- --repo octo/hello

Then open an issue in octo/hello, wait for the plan, and react to it with 👍.
Ctrl-C ends it in order; started again it goes on where it was, after a kill as well.
Exit codes: 0 ended in order, 1 failed, 2 wrong options or settings.`;

/** `run`: watch, queue, mediator and agent on this machine. */
export function runCommand(): Command {
  return new Command("run")
    .description("Watch a repository and work on its issues, with everything on this machine.")
    .option("--repo <owner/name>", "the repository; may be given several times", collect, [])
    .option("--webhook", "serve webhooks at /webhooks/github besides polling")
    .option("--port <port>", "port of the webhooks (default: 8080)")
    .option("--data <folder>", "where queue and records are kept")
    .option("--concurrency <runs>", "runs at the same time (default: 1)")
    .option("--json", "log in JSON, one object a line")
    .addHelpText("after", help)
    .action(async (options: LocalOptions & { json?: boolean }) => {
      const stateHome = process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state");
      const settings = readSettings(options, process.env, join(stateHome, "froussard"));
      const stop = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
      const basics = { path: process.env["PATH"] ?? "", lang: process.env["LANG"] ?? "C.UTF-8" };
      const log = options.json ? pino({ base: null }) : readableLog(process.stdout);
      await runPipeline({ settings, basics, log, signal: stop.signal }).catch((error: unknown) => {
        // Whoever stops it while it starts has asked for just that.
        if (!stop.signal.aborted) throw error;
      });
    });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
