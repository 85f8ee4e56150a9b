import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Command } from "commander";
import { viewOf } from "froussard/checks/show-report";
import { checkOnly } from "../preflight/check-only.ts";
import { readPreflightSettings } from "../preflight/read-preflight-settings.ts";
import { showReport } from "../preflight/show-report.ts";
import { startWithPreflight } from "../preflight/start-with-preflight.ts";
import { startView, viewMode } from "../view/start-view.ts";
import { logEvents } from "./log-events.ts";
import { type LocalOptions, readSettings, SettingsError } from "./settings.ts";
import { settingsHelp } from "./settings-help.ts";
import { onStopSignals } from "./stop-signals.ts";

const help = `
Examples:
  $ export GITHUB_TOKEN=… OPENAI_API_KEY=…
  $ npm run local -- --repo octo/hello
  $ npm run local -- --repo octo/hello --repo octo/world --concurrency 2
  $ npm run --silent local -- --repo octo/hello --json | jq 'select(.event == "ended") | .next'

What happens:
  1. Open an issue in octo/hello. Within seconds it gets 👀, and Codex studies the repository, in a sandbox without keys.
  2. It answers with a plan, as a comment. React to it with 👍, or comment /replan and what should be different.
  3. Codex carries out exactly that plan and opens a draft pull request. Nothing is merged by itself.
  Meanwhile the terminal shows what Codex does, its todo list, tokens and time, and what waits for you, with the address.

On a terminal a part at its end is redrawn in place. Anywhere else there is one line a change, without escape codes; with --json
one object a line on standard output, described in docs/local-events.md. NO_COLOR and FORCE_COLOR are honoured.
Ctrl-C ends it in order, a second Ctrl-C at once. Started again it goes on where it was, also after a kill.

Before anything is accepted it looks at this machine, GitHub and the model, and says what is missing, all at once, with the
fix. Only that, with nothing set yet as well: npm run local -- --check (docs/preflight.md; with --json one JSON document).

Secrets come from the environment, never from the command line:
  GITHUB_TOKEN                 of the account that writes the comments and opens the pull requests; it may read and write
                               contents, issues and pull requests of the repository
  OPENAI_API_KEY               key of the model provider
  GITHUB_WEBHOOK_SECRET        with --webhook: the secret typed into the webhook's settings

Settings, from the environment too:
${settingsHelp()}
  CODEX_READABLE_PATHS         colon list of what the agent may read besides the system's programs

Exit codes: 0 ended in order, 1 failed (--check: something stands in the way), 2 wrong options or settings, 130 ended at once.
Read on: README.md for what to say in comments, docs/github-app.md for an App in place of a token, docs/design.md.`;

interface RunOptions extends Omit<LocalOptions, "repo"> {
  repo?: string[];
  check?: boolean;
  json?: boolean;
  verbose?: boolean;
}

/** `run`: watch, queue, mediator and agent on this machine. */
export function runCommand(): Command {
  return new Command("run")
    .description("Watch a repository and work on its issues, with everything on this machine.")
    .option("--repo <owner/name>", "the repository; may be given several times", collect)
    .option("--webhook", "serve webhooks at /webhooks/github besides polling")
    .option("--port <port>", "port of the webhooks (default: 8080)")
    .option("--data <folder>", "where queue and records are kept (default: $XDG_STATE_HOME/froussard)")
    .option("--concurrency <runs>", "runs at the same time (default: 1)")
    .option("--check", "look whether everything is there, say what is not and how to get it, and end")
    .option("--json", "one JSON object a line, for machines")
    .option("--verbose", "show the log's quieter lines too")
    .addHelpText("after", help)
    .action(run);
}

async function run(options: RunOptions): Promise<void> {
  const stateHome = process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state");
  const given = { ...options, repo: options.repo ?? [] };
  const wanted = readPreflightSettings(given, process.env, join(stateHome, "froussard"));
  if (options.check) {
    process.exitCode = await checkOnly(wanted, process.stdout, options);
    return;
  }
  if (wanted.faults.length > 0) throw new SettingsError(wanted.faults);
  const settings = readSettings(given, process.env, wanted.data);
  const basics = { path: process.env["PATH"] ?? "", lang: process.env["LANG"] ?? "C.UTF-8" };
  const view = startView({
    output: process.stdout,
    mode: viewMode(process.stdout, { json: options.json, term: process.env["TERM"] }),
    verbose: options.verbose ?? false,
  });
  const stop = new AbortController();
  const letGo = onStopSignals(
    process,
    (signal) => stop.abort(new Error(signal === "SIGINT" ? "Ctrl-C" : signal)),
    () => {
      view.close();
      console.error("froussard: ended at once; started again, it goes on where it was");
      process.exit(130);
    },
  );
  // As when it is piped into a program that has ended.
  process.stdout.on("error", () => stop.abort(new Error("nobody reads the output any more")));
  const { tell } = view;
  const log = logEvents(tell, settings.passed["LOG_LEVEL"] ?? "info");
  try {
    const { report, account } = await startWithPreflight(wanted, { view: viewOf(process.stderr), signal: stop.signal });
    view.print(showReport(report, viewOf(process.stdout), ["warning"]));
    if (options.json) for (const each of report.findings) if (each.status === "warning") log.warn(each, each.found);
    // Loaded when it is needed, so that a look alone, and what is wrong, are there at once.
    const { runPipeline } = await import("./pipeline.ts");
    await runPipeline({ settings, account, basics, log, tell, signal: stop.signal });
  } catch (error) {
    // Whoever stops it while it starts has asked for just that.
    if (!stop.signal.aborted) throw error;
  } finally {
    view.close();
    letGo();
  }
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
