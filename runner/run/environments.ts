import type { parameters, Stage } from "@froussard/contract";
import { inBubble } from "../sandbox/bubble.ts";

/** A task as it is handed to a run: ids and names, and for a dry run also the texts given by hand. */
export interface RunTaskInput {
  stage: Stage;
  /** Empty when it was not handed over; then the mediator works the ids out. */
  taskId?: string;
  repository: string;
  repositoryId?: number;
  /** Only a dry run may have none. */
  issueNumber?: number;
  base?: string;
  head?: string;
  planCommentId?: number;
  planSha256?: string;
  /** Nothing is posted or pushed, the result is printed. */
  dryRun?: DryRunTexts;
  /** Used only when the issue does not exist and there is no task id: then nothing is posted or pushed either. */
  texts?: DryRunTexts;
}

/** Given by hand, for what GitHub does not have. */
export interface DryRunTexts {
  prompt?: string;
  issueUrl?: string;
  issueTitle?: string;
  issueBody?: string;
  planCommentBody?: string;
  planCommentUrl?: string;
}

export interface RunSecrets {
  /** Absent when a GitHub App's settings are given. */
  githubToken?: string | undefined;
  openaiApiKey: string;
}

/** Settings that are passed on to the processes by name and validated there. */
const githubSettings = [
  "GITHUB_API_BASE_URL",
  "NODE_EXTRA_CA_CERTS",
  "GITHUB_APP_ID",
  "GITHUB_APP_INSTALLATION_ID",
  "GITHUB_APP_PRIVATE_KEY_FILE",
] as const;
const policySettings = [
  "CODEX_TRIGGER_LOGINS",
  "CODEX_PLAN_TRIGGER",
  "CODEX_BRANCH_PREFIX",
  "CODEX_BASE_BRANCH",
  "CODEX_REPOSITORIES",
  "CODEX_RUNS_PER_ISSUE",
] as const;
const codexSettings = [
  "OPENAI_BASE_URL",
  "CODEX_MODEL",
  "CODEX_REASONING_EFFORT",
  "CODEX_WEB_SEARCH",
  "CODEX_SANDBOX",
  "CODEX_EGRESS_HOSTS",
  "CODEX_TOKEN_BUDGET",
  "CODEX_MAX_ANSWER_TOKENS",
  "CODEX_DEADLINE_MINUTES",
  "CODEX_IDLE_MINUTES",
  "CODEX_RUNS_PER_DAY",
  "CODEX_PRICES",
  "CODEX_PROTECTED_PATHS",
  "CODEX_MAX_FILES",
  "CODEX_MAX_BYTES",
  "CODEX_COMMIT_CHECKS",
] as const;
/** What the bubble may use; known to who starts it, and not to the mediator. */
const sandboxSettings = ["CODEX_MAX_PROCESSES", "CODEX_MEMORY_MIB", "CODEX_DISK_MIB"] as const;
export const passedOnSettings = [...githubSettings, ...policySettings, ...codexSettings, ...sandboxSettings] as const;
export type PassedOn = Partial<Record<(typeof passedOnSettings)[number], string>>;

export interface ProcessBasics {
  /** Where git and Node.js are found. */
  path: string;
  lang: string;
  /**
   * Where Node.js keeps what it compiled of our code, so that the next process starts in half the time and with 25 MB less.
   * Whoever can write there can run code where the keys are: a folder of this user alone, and none that an agent sees.
   * @default nothing is kept
   */
  codeCache?: string | undefined;
}

type Environment = Record<string, string>;

/** Everything the mediator may see, and nothing else. */
export function mediatorEnvironment(input: {
  basics: ProcessBasics;
  task: RunTaskInput;
  secrets: RunSecrets;
  settings: PassedOn;
  bearer: string;
  listen: string;
  stateFolder: string;
  /** A private, empty folder. */
  home: string;
}): Environment {
  const { basics, task, secrets, settings, bearer, listen, stateFolder, home } = input;
  return present({
    ...programEnvironment(basics),
    HOME: home,
    GITHUB_TOKEN: secrets.githubToken,
    OPENAI_API_KEY: secrets.openaiApiKey,
    RUN_BEARER: bearer,
    MEDIATOR_LISTEN: listen,
    MEDIATOR_STATE: stateFolder,
    MEDIATOR_PARENT: "stdin",
    ...pick(settings, [...githubSettings, ...policySettings, ...codexSettings]),
    ...taskIds(task),
    ...dryRunTexts(task.dryRun ?? task.texts),
  });
}

/** Everything the agent may see: no token, no key. Paths are those inside its bubble. */
export function agentEnvironment(input: {
  lang: string;
  bearer: string;
  programFolders: readonly string[];
}): Environment {
  const folders = [
    "/opt/node/bin",
    ...input.programFolders,
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/usr/sbin",
    "/sbin",
  ];
  return {
    PATH: folders.join(":"),
    LANG: input.lang,
    HOME: inBubble.home,
    TMPDIR: inBubble.temporary,
    CODEX_HOME: inBubble.codexHome,
    MEDIATOR_URL: `unix:${inBubble.socket}`,
    RUN_BEARER: input.bearer,
  };
}

/** Folders of programs among what the agent may read besides the system: itself named `bin`, or one inside. */
export function programFolders(readablePaths: readonly string[]): string[] {
  return readablePaths.map((path) => (path.endsWith("/bin") ? path : `${path}/bin`));
}

/** Everything the report may see: GitHub's token and ids, no key of the model, no text that people wrote. */
export function reportEnvironment(input: {
  basics: ProcessBasics;
  task: RunTaskInput;
  githubToken?: string | undefined;
  settings: PassedOn;
  stateFolder: string;
}): Environment {
  const { basics, task, githubToken, settings, stateFolder } = input;
  return present({
    ...programEnvironment(basics),
    GITHUB_TOKEN: githubToken,
    RUN_STATUS: "stdin",
    MEDIATOR_STATE: stateFolder,
    ...pick(settings, [...githubSettings, ...policySettings]),
    ...taskIds(task),
  });
}

/** Otherwise glibc gives each thread of Node.js a heap of its own, which costs the mediator 7 MB. */
const oneHeap = { MALLOC_ARENA_MAX: "1" };

function programEnvironment({ path, lang, codeCache }: ProcessBasics): Record<string, string | undefined> {
  return { PATH: path, LANG: lang, NODE_COMPILE_CACHE: codeCache, ...oneHeap };
}

/** Fields of the task that are environment variables of the same name: `issueNumber` is `TASK_ISSUE_NUMBER`, `taskId` is `TASK_ID`. */
const idFields = [
  "stage",
  "repository",
  "base",
  "head",
  "issueNumber",
  "planCommentId",
  "taskId",
  "repositoryId",
  "planSha256",
] as const satisfies (typeof parameters)[number][];

function taskIds(task: RunTaskInput): Record<string, string | undefined> {
  return {
    ...Object.fromEntries(idFields.map((field) => [variable(field), task[field]?.toString()])),
    TASK_DRY_RUN: task.dryRun ? "true" : undefined,
  };
}

function dryRunTexts(texts: DryRunTexts = {}): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(texts).map(([field, text]) => [variable(field), text]));
}

function variable(field: string): string {
  if (field === "taskId") return "TASK_ID";
  return `TASK_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function pick(settings: PassedOn, names: readonly (keyof PassedOn)[]): PassedOn {
  return Object.fromEntries(names.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])));
}

function present(values: Record<string, string | undefined>): Environment {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""),
  );
}
