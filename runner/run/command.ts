import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryPattern, stages } from "@froussard/contract";
import { credentialSettings } from "@froussard/github/credential-settings";
import { Command, Option } from "commander";
import * as z from "zod";
import { type Environment, oneSignIn, readSettings, SettingsError } from "../settings.ts";
import { type DryRunTexts, type PassedOn, passedOnSettings, type RunTaskInput } from "./environments.ts";
import { originRepository } from "./origin-repository.ts";
import { readableLog } from "./readable-log.ts";
import { runTask } from "./run-task.ts";

const runFields = z.object({
  PATH: z.string().describe("where to find git"),
  LANG: z.string().default("C.UTF-8"),
  ...credentialSettings,
  OPENAI_API_KEY: z.string().describe("the model provider's key"),
  CODEX_TRIGGER_LOGINS: z.string().describe("a comma list of login or login:id, the people who may approve"),
  CODEX_BIN: z.string().optional(),
  CODEX_READABLE_PATHS: z.string().optional(),
  XDG_STATE_HOME: z.string().optional(),
});

const runEnvironment = oneSignIn(runFields);

const number = (fix: string) =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/, `is not a whole number; ${fix}`)
    .transform(Number);
const runOptions = z.object({
  stage: z.enum(stages),
  repository: z.string().regex(repositoryPattern, "is not of the form owner/name").optional(),
  issueNumber: number("give the issue's number").optional(),
  base: z.string().optional(),
  head: z.string().optional(),
  taskId: z.string().optional(),
  repositoryId: number("give the repository's numeric id").optional(),
  planCommentId: number("give the comment's numeric id").optional(),
  planSha256: z.string().optional(),
  prompt: z.string().optional(),
  issueUrl: z.string().optional(),
  issueTitle: z.string().optional(),
  issueBody: z.string().optional(),
  planCommentUrl: z.string().optional(),
  planCommentBody: z.string().optional(),
  dryRun: z.boolean().default(false),
  state: z.string().optional(),
  json: z.boolean().default(false),
});
type RunOptions = z.output<typeof runOptions> & { repository: string };

const help = `
Examples:
  Plan issue 12, as the pipeline would (posts the plan on the issue):
    $ codex-runner run --stage planning --repository octo/hello --issue-number 12

  Carry out the plan that was approved on issue 12 (opens a draft pull request):
    $ codex-runner run --stage implementation --repository octo/hello --issue-number 12

  See what would come of an issue that nobody has written yet; nothing is posted or pushed:
    $ codex-runner run --stage planning --dry-run --repository octo/hello --base main \\
        --issue-title "Greet in French" --issue-body "Add bonjour()."

  The same for the repository that the current folder is a checkout of (its remote "origin"):
    $ codex-runner run --stage planning --dry-run --issue-body "Add bonjour()."

Secrets and settings come from the environment, never from the command line:
  GITHUB_TOKEN           token of the automation account (contents, issues, pull requests: write), or a GitHub App:
                         GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID, GITHUB_APP_PRIVATE_KEY_FILE
  OPENAI_API_KEY         key of the model provider
  CODEX_TRIGGER_LOGINS   who may approve: login,login:id
  Optional: ${passedOnSettings.filter((name) => name !== "CODEX_TRIGGER_LOGINS" && !name.startsWith("GITHUB_APP_")).join(", ")},
  CODEX_READABLE_PATHS (colon list of what the agent may read besides the system), CODEX_BIN (another Codex program)
  CODEX_MAX_PROCESSES, CODEX_MEMORY_MIB, CODEX_DISK_MIB limit what the agent and all that it starts use together
  CODEX_EGRESS_HOSTS (comma list of hosts that commands may reach: host, *.example.com, host:port; none by default, since each
  is a way to carry text out) needs CODEX_SANDBOX=pod: with require, commands have no network at all

Texts (--prompt, --issue-title, --issue-body, --plan-comment-body) are used only with --dry-run, or when there is no such issue: then too
the result is printed, and nothing is posted or pushed.
Exit codes: 0 done, 1 failed or refused, 2 wrong options or settings, 130 interrupted (call it again: it goes on).`;

/** `codex-runner run`: one task on this machine, from the documented parameters. */
export function runCommand(): Command {
  return new Command("run")
    .description("run one task on this machine: plan an issue, or carry out its approved plan")
    .addOption(new Option("--stage <stage>", "what to do").choices([...stages]).makeOptionMandatory())
    .option("--repository <owner/name>", "the repository; with --dry-run, default: that of the current folder's origin")
    .option("--issue-number <number>", "the issue; with --dry-run there need be none")
    .option("--base <branch>", "branch to start from (default: derived)")
    .option("--head <branch>", "branch to end on; only checked against the one that is derived")
    .option("--plan-comment-id <id>", "the approved plan's comment (default: derived)")
    .option("--plan-comment-url <url>", "where the plan can be read")
    .option("--plan-comment-body <text>", "text of the plan, where GitHub has none")
    .option("--prompt <text>", "what is asked for, where GitHub has no issue")
    .option("--issue-url <url>", "where the issue can be read")
    .option("--issue-title <text>", "title of the issue, where GitHub has none")
    .option("--issue-body <text>", "text of the issue, where GitHub has none")
    .option("--task-id <id>", "identity of this try (default: derived)")
    .option("--repository-id <id>", "numeric id of the repository (default: derived)")
    .option("--plan-sha256 <hash>", "hash of the approved plan (default: derived)")
    .option("--dry-run", "print the result; post and push nothing")
    .option("--state <folder>", "folder of the run's record; the same one continues the run")
    .option("--json", "print the result as one line of JSON")
    .addHelpText("after", help)
    .action(async (given: unknown) => {
      try {
        process.exitCode = await run(given, process.env);
      } catch (error) {
        process.stderr.write(`codex-runner: ${(error as Error).message}\n`);
        process.exitCode = error instanceof SettingsError ? 2 : 1;
      }
    });
}

async function run(given: unknown, environment: Environment): Promise<number> {
  const options = await readOptions(given, environment);
  const env = readSettings(runEnvironment, environment);
  const passedOn: PassedOn = Object.fromEntries(
    passedOnSettings.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const aborter = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => aborter.abort(new Error(`stopped by ${signal}`)));
  const stateHome = env.XDG_STATE_HOME ?? join(homedir(), ".local", "state");
  const temporary = options.dryRun && options.state === undefined;
  const stateFolder = temporary
    ? await mkdtemp(join(tmpdir(), "codex-runner-"))
    : (options.state ?? join(stateHome, "codex-runner", folderName(options)));
  try {
    const result = await runTask({
      task: taskOf(options),
      secrets: { githubToken: env.GITHUB_TOKEN, openaiApiKey: env.OPENAI_API_KEY },
      settings: {
        path: env.PATH,
        lang: env.LANG,
        codeCache: join(stateHome, "codex-runner", "compiled"),
        passedOn,
        readablePaths: env.CODEX_READABLE_PATHS?.split(":").filter((path) => path !== "") ?? [],
        ...(env.CODEX_BIN !== undefined && { codexProgram: env.CODEX_BIN }),
      },
      stateFolder,
      signal: aborter.signal,
      log: readableLog(process.stderr),
    });
    const { text, planCommentUrl, pullRequestUrl, outcome, code, detail } = result;
    const end = [outcome, code, detail].filter((part) => part !== undefined).join(": ");
    process.stdout.write(
      `${options.json ? JSON.stringify(result) : (text ?? pullRequestUrl ?? planCommentUrl ?? end)}\n`,
    );
    return outcome === "done" ? 0 : 1;
  } catch (error) {
    if (!aborter.signal.aborted) throw error;
    process.stderr.write(`codex-runner: ${(error as Error).message}\n`);
    return 130;
  } finally {
    if (temporary) await rm(stateFolder, { recursive: true, force: true });
  }
}

async function readOptions(given: unknown, environment: Environment): Promise<RunOptions> {
  const { data, error } = runOptions.safeParse(given);
  const faults = (error?.issues ?? []).map(({ path: [name], message }) => {
    const value = (given as Record<string, unknown>)[String(name)];
    return `--${String(name).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${String(value)} ${message}`;
  });
  const { repository: named, issueNumber, dryRun = false } = given as Partial<Record<keyof RunOptions, unknown>>;
  const repository = data?.repository ?? (named === undefined && dryRun ? await currentRepository(environment) : named);
  if (repository === undefined)
    faults.push(
      dryRun
        ? "--repository is missing, and the current folder's origin is no repository on GitHub; give owner/name"
        : "--repository is missing; give owner/name",
    );
  if (issueNumber === undefined && !dryRun)
    faults.push("--issue-number is missing; give the issue's number (only with --dry-run there need be none)");
  if (!data || faults.length > 0) throw new SettingsError(faults);
  return { ...data, repository: String(repository) };
}

function currentRepository({ PATH = "", HOME = "", GITHUB_API_BASE_URL }: Environment): Promise<string | undefined> {
  return originRepository({ folder: ".", env: { PATH, HOME }, apiBaseUrl: GITHUB_API_BASE_URL });
}

function taskOf(options: RunOptions): RunTaskInput {
  const { stage, repository, issueNumber, base, head, taskId, repositoryId, planCommentId, planSha256 } = options;
  const { prompt, issueUrl, issueTitle, issueBody, planCommentUrl, planCommentBody } = options;
  const texts = { prompt, issueUrl, issueTitle, issueBody, planCommentUrl, planCommentBody };
  const optional = { issueNumber, base, head, taskId, repositoryId, planCommentId, planSha256 };
  return {
    ...{ stage, repository },
    ...(present(optional) as Partial<RunTaskInput>),
    [options.dryRun ? "dryRun" : "texts"]: present(texts) as DryRunTexts,
  };
}

function present(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function folderName({ repository, issueNumber, stage, taskId }: RunOptions): string {
  return taskId ?? `${repository.replace("/", "-")}-${issueNumber}-${stage}`;
}
