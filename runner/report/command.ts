import process from "node:process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { codes, reportOutputs, repositoryFilter } from "@froussard/contract";
import { createGitHub } from "@froussard/github/client";
import { resolveLogins } from "@froussard/github/resolve-logins";
import { Command } from "commander";
import pino from "pino";
import * as z from "zod";
import { createGitHubFacts } from "../mediator/github-facts.ts";
import { githubFailure } from "../mediator/github-failure.ts";
import { createRecordStore } from "../mediator/record-store.ts";
import { createPublisher } from "../publish/publisher.ts";
import { codexEnvironment } from "../settings/codex-environment.ts";
import {
  dryRunIssue,
  githubEnvironment,
  issueUnlessDryRun,
  oneSignIn,
  policyEnvironment,
  readSettings,
  SettingsError,
  taskEnvironment,
} from "../settings.ts";
import { signIn } from "../sign-in.ts";
import { type Report, report, usage } from "./report.ts";
import { writeOutputs } from "./write-outputs.ts";

const runStatuses = ["Succeeded", "Failed", "Error"] as const;

const reportFields = z.object({
  ...githubEnvironment,
  ...taskEnvironment,
  ...dryRunIssue,
  ...policyEnvironment,
  CODEX_RUNS_PER_ISSUE: codexEnvironment.CODEX_RUNS_PER_ISSUE,
  /** `stdin`: this process was started before the run's end, so as to be ready; a line on standard input tells it then. */
  RUN_STATUS: z
    .enum([...runStatuses, "stdin"], `is none of ${runStatuses.join(", ")}, stdin`)
    .describe("the run's status"),
  /** One machine: the mediator's folder. Otherwise its record is read from the progress comment. */
  MEDIATOR_STATE: z.string().startsWith("/", "is not an absolute path").optional(),
});
/** What the report is told. */
export const reportEnvironment = oneSignIn(issueUnlessDryRun(reportFields));
type ReportEnvironment = z.output<typeof reportEnvironment>;

/** A mediator that was stopped finishes the publish in hand within this time. */
const grace = { totalMs: 75_000, intervalMs: 5_000 };

const help = `
Reads everything from the environment: ${Object.keys(reportEnvironment.shape).join(", ")}.
Prints one line {"outcome":"…","code":"…","planCommentUrl":"…","pullRequestUrl":"…","usage":{…}}. Ends with 0 when the end is
told (or never can be), 1 when GitHub could not be reached: call it again then. 2: settings. RUN_STATUS=stdin: begins when a line on
standard input tells the status, and ends without a word when that closes before.`;

/** `codex-runner report`: tells how a run ended, where that is not told yet. */
export function reportCommand(): Command {
  return new Command("report")
    .description("look on GitHub whether a run's result is there, and tell the run's end where it is not")
    .option("--outputs <folder>", `write what came of the run there too, each as a file: ${reportOutputs.join(", ")}`)
    .addHelpText("after", help)
    .action(async ({ outputs }: { outputs?: string }) => {
      const log = pino({ base: null, name: "report" }, pino.destination(2));
      if (outputs !== undefined) writeOutputs(outputs, {});
      try {
        const settings = readSettings(reportEnvironment, process.env);
        const status = settings.RUN_STATUS === "stdin" ? await statusFrom(process.stdin) : settings.RUN_STATUS;
        // Nobody needs the report.
        if (status === undefined) return;
        const answer = await run(settings, status === "Succeeded", log);
        if (outputs !== undefined) writeOutputs(outputs, answer, settings.TASK_STAGE);
        process.stdout.write(`${JSON.stringify(answer)}\n`);
      } catch (error) {
        process.exitCode = error instanceof SettingsError ? 2 : 1;
        if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
        else log.error({ err: error }, "the run's end could not be told; call this again later");
      }
    });
}

/** The status on the first line; undefined when there is no line. @throws SettingsError when it is no status */
async function statusFrom(input: Readable): Promise<(typeof runStatuses)[number] | undefined> {
  try {
    for await (const line of createInterface({ input })) {
      const status = runStatuses.find((known) => known === line);
      if (!status) throw new SettingsError([`the line on standard input is none of ${runStatuses.join(", ")}`]);
      return status;
    }
    return undefined;
  } finally {
    // Left open, it would keep this process for as long as the other side keeps it.
    input.destroy();
  }
}

async function run(settings: ReportEnvironment, succeeded: boolean, log: pino.Logger): Promise<Report> {
  if (settings.TASK_DRY_RUN) return succeeded ? { outcome: "done" } : { outcome: "failed", code: "internal" };
  const record = settings.MEDIATOR_STATE
    ? createRecordStore(settings.MEDIATOR_STATE, (message) => log.warn(message)).read()
    : undefined;
  try {
    const baseUrl = settings.GITHUB_API_BASE_URL;
    // GitHub asks for a pause between writes; a simulator on this machine does not.
    const paceWrites = !["localhost", "127.0.0.1", "[::1]"].includes(new URL(baseUrl).hostname);
    const github = createGitHub({ ...signIn(settings, "report"), baseUrl, paceWrites, log });
    return await report({
      claim: settings,
      policy: {
        approverIds: await resolveLogins(github, settings.CODEX_TRIGGER_LOGINS, (message) => log.warn(message)),
        trigger: settings.CODEX_PLAN_TRIGGER,
      },
      branchPrefix: settings.CODEX_BRANCH_PREFIX,
      baseBranch: settings.CODEX_BASE_BRANCH,
      isServed: repositoryFilter(settings.CODEX_REPOSITORIES),
      runsPerIssue: settings.CODEX_RUNS_PER_ISSUE,
      succeeded,
      facts: createGitHubFacts(github),
      publisher: createPublisher({ github, log, approvers: settings.CODEX_TRIGGER_LOGINS }),
      record,
      grace: settings.MEDIATOR_STATE ? { ...grace, totalMs: 0 } : grace,
      log,
    });
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    const failure = githubFailure(error, "telling the run's end");
    if (failure.type === "transient") throw failure;
    // Nobody can be told on GitHub: the log and the answer are what is left.
    log.error({ err: failure }, "the run's end can not be told on GitHub");
    const code = record?.state === "closed" && record.code ? record.code : failure.code;
    const end = { outcome: codes[code].outcome, code };
    return { ...end, ...usage(record, settings, end) };
  }
}
