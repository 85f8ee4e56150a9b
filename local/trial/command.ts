import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { createGitHub, type GitHub } from "@froussard/github/client";
import { ownAccount } from "@froussard/github/own-account";
import { Command } from "commander";
import { wish as sampleWish } from "../demo/automatic.ts";
import { onStopSignals } from "../run/stop-signals.ts";
import {
  harmlessWish,
  readTrialSettings,
  type TrialCommandOptions,
  type TrialSettings,
} from "./read-trial-settings.ts";
import { runTrial } from "./run-trial.ts";
import { trialAsJson, trialAsText } from "./show-trial.ts";
import { startSimulatedPipeline } from "./simulated-pipeline.ts";
import type { TellTrial } from "./trial-event.ts";

interface Options extends TrialCommandOptions {
  react?: boolean;
  keep?: boolean;
  json?: boolean;
}

const help = `
Examples:
  $ npm run trial                                    between the simulators, with the real pipeline: nothing to set
  $ npm run trial -- --repo octo/hello               in a repository whose pipeline is at work: you react to the plan
  $ npm run trial -- --repo octo/hello --react       the 👍 is put on the plan for you

It opens an issue, waits for the plan and the approval, then for the draft pull request, verifies what is there, tells how
long each step took, and takes issue, pull request and branch away again (--keep leaves them). The pipeline runs on a
cluster, or beside this as npm run local -- --repo octo/hello.

Environment:
  GITHUB_TOKEN           of the person who opens the issue. The pipeline must list that person (CODEX_TRIGGER_LOGINS), or
                         nothing is planned and the 👍 does not count; without a list, npm run local lists its own
                         token's account, so that one token can do for both. To clean up it needs contents, issues and
                         pull requests: read and write.
  GITHUB_PERSON_TOKEN    the same, where GITHUB_TOKEN is that of the pipeline's account, which is not listed; plan and pull
                         request are then verified to be by the account of GITHUB_TOKEN
  GITHUB_API_BASE_URL    of a GitHub Enterprise Server: https://<host>/api/v3
  CODEX_PLAN_TRIGGER, CODEX_BRANCH_PREFIX, CODEX_BASE_BRANCH
                         as they are set for the pipeline, when they are

Ctrl-C takes away what was made, and ends; a second Ctrl-C ends at once.
Exit codes: 0 all verified and taken away, 1 not, 2 wrong options or settings, 130 stopped.`;

/** `trial`: the specification's manual test flow, on a pipeline that is at work. */
export function trialCommand(): Command {
  return new Command("trial")
    .description("Go the whole way in a repository, from an issue to the draft pull request, and verify it.")
    .option("--repo <owner/name>", "the repository; without it and without a token: between the simulators")
    .option("--react", "put the 👍 on the plan too, instead of asking for it")
    .option("--keep", "leave issue, pull request and branch as they are")
    .option("--account <login>", "the account that the pipeline writes with")
    .option("--title <text>", "title of the issue (default: asks for a file codex-trial.md)")
    .option("--body <text>", "body of the issue")
    .option("--minutes <number>", "longest wait for a plan, and for a pull request", "30")
    .option("--approval-minutes <number>", "longest wait for your approval", "30")
    .option("--poll-seconds <number>", "time between two looks at GitHub", "3")
    .option("--simulated", "between the simulators, whatever is set")
    .option("--json", "one JSON object a line, for machines")
    .addHelpText("after", help)
    .action(runCommand);
}

async function runCommand(options: Options): Promise<void> {
  const settings = readTrialSettings(options, process.env);
  const print = (line: string) => console.log(line);
  const tell = options.json ? trialAsJson(print) : trialAsText(print);
  const stop = new AbortController();
  let isStopped = false;
  const letGo = onStopSignals(
    process,
    (signal) => {
      isStopped = true;
      stop.abort(new Error(`stopped by ${signal === "SIGINT" ? "Ctrl-C" : signal}`));
    },
    () => {
      console.error("froussard: ended at once; issue, pull request and branch stay as they are");
      process.exit(130);
    },
  );
  try {
    const ok = await (settings.real ? inRepository(settings.real, settings, options, tell, stop.signal) : simulated());
    process.exitCode = ok ? 0 : 1;
  } catch (error) {
    // Whoever stops it before anything was made has asked for just that.
    if (!isStopped) throw error;
  } finally {
    if (isStopped) process.exitCode = 130;
    letGo();
  }

  async function simulated(): Promise<boolean> {
    console.error("froussard: starting the simulators, and the pipeline between them");
    const place = await startSimulatedPipeline(process.env);
    // A pipeline that ends by itself would be waited for until the limit.
    place.ended.catch((error: Error) => stop.abort(error));
    try {
      const own = { ...place, wish: settings.wish ?? sampleWish, react: true, simulated: true, pollMs: 200 };
      const ok = await runTrial({ ...common(settings, options, tell, stop.signal), ...own });
      if (!ok && !isStopped) console.error(`The pipeline's last lines:\n${place.lines().slice(-30).join("\n")}`);
      return ok;
    } finally {
      await place.close();
    }
  }
}

async function inRepository(
  real: NonNullable<TrialSettings["real"]>,
  settings: TrialSettings,
  options: Options,
  tell: TellTrial,
  signal: AbortSignal,
): Promise<boolean> {
  const { repository, personToken, pipelineToken, apiBaseUrl, pollMs } = real;
  const log = { debug() {}, warn: (message: string) => tell({ event: "warning", message }) };
  const client = (token: string): GitHub =>
    createGitHub({ token, log, ...(apiBaseUrl !== undefined && { baseUrl: apiBaseUrl }) });
  const pipeline = pipelineToken === undefined ? undefined : await ownAccount(client(pipelineToken));
  return await runTrial({
    ...common(settings, options, tell, signal),
    ...{ github: client(personToken), repository, pollMs, simulated: false },
    ...{ wish: settings.wish ?? harmlessWish, react: options.react ?? false },
    account: settings.account ?? pipeline?.login,
  });
}

function common(settings: TrialSettings, { keep = false }: Options, tell: TellTrial, signal: AbortSignal) {
  const { trigger, branchPrefix, base, limits } = settings;
  return { trigger, branchPrefix, base, limits, keep, tell, signal, now: () => performance.now(), sleep };
}

/** Rejects with the reason for which the signal was aborted. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}
