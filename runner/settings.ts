import { basename } from "node:path";
import {
  canMatchRepository,
  defaultBranchPrefix,
  egressHostForm,
  isProtectedPathEntry,
  parseEgressHost,
  parsePlanTrigger,
  parsePrices,
  parseProtectedPaths,
  pricesForm,
  protectedPathForm,
  repositoryPattern,
  sha256Pattern,
  stages,
  taskIdPattern,
} from "@froussard/contract";
import {
  type CredentialName,
  credentialFault,
  credentialNames,
  credentialSettings,
  superfluous,
} from "@froussard/github/credential-settings";
import * as z from "zod";
import { defaultChangeRules, mostOfChange } from "./git/change-rules.ts";
import { defaultProtectedPaths } from "./git/protected-paths.ts";
import { codexSettings, reasoningEfforts, sandboxPolicies, webSearchModes } from "./protocol.ts";
import { commitChecks } from "./render/commit-message.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong with an environment, one line each, with what to set. */
export class SettingsError extends Error {
  constructor(faults: readonly string[]) {
    super(`wrong or missing settings:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
    this.name = "SettingsError";
  }
}

/**
 * Reads settings by their schema, whose keys are the names of environment variables; an empty variable counts as absent.
 * @throws SettingsError that names all faults, never a value.
 */
export function readSettings<S extends z.ZodObject>(schema: S, environment: Environment): z.output<S> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  // In the order of the schema: what several of them together got wrong would come last.
  const names = Object.keys(schema.shape);
  const place = ({ path }: { path: readonly PropertyKey[] }) => names.indexOf(String(path[0]));
  throw new SettingsError(
    result.error.issues
      .toSorted((one, other) => place(one) - place(other))
      .map(({ path, message }) => {
        const name = String(path[0]);
        const hint = name in given && message === superfluous ? undefined : schema.shape[name]?.description;
        const fault = name in given ? message : "is missing";
        return `${name} ${fault}${hint ? `: set it to ${hint}` : ""}`;
      }),
  );
}

const number = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,16}$/, "is not a whole number")
    .transform(Number)
    .pipe(z.int().min(min, `is less than ${min}`).max(max, `is more than ${max}`));
const id = () => number(1, Number.MAX_SAFE_INTEGER);
const url = () =>
  z.url({ protocol: /^https?$/, message: "is not a web address" }).transform((text) => text.replace(/\/+$/, ""));
const secret = (min: number) => z.string().min(min, `has fewer than ${min} characters`);
const branch = () =>
  z
    .string()
    .regex(/^(?!-)(?!.*(?:\.\.|\/\/|@\{))[A-Za-z0-9._/+@=-]{1,200}$/, "is not a branch name this program accepts");

/** Which account acts on GitHub, and where GitHub is. */
export const githubEnvironment = {
  ...credentialSettings,
  GITHUB_API_BASE_URL: url().default("https://api.github.com"),
};

/** Where the model's provider is, `/v1` included. */
export const modelEnvironment = { OPENAI_BASE_URL: url().default("https://api.openai.com/v1") };

/** Which task a run is about: ids and names only, each derived again from GitHub. */
export const taskEnvironment = {
  TASK_STAGE: z.enum(stages, `is not one of ${stages.join(", ")}`).describe(stages.join(" or ")),
  TASK_ID: z.string().regex(taskIdPattern, "is not a task id").optional(),
  TASK_REPOSITORY: z
    .string()
    .regex(repositoryPattern, "is not of the form owner/name")
    .describe("owner/name of the repository"),
  TASK_REPOSITORY_ID: id().optional(),
  TASK_ISSUE_NUMBER: id().describe("the issue's number"),
  TASK_BASE: branch().optional(),
  TASK_HEAD: branch().optional(),
  TASK_PLAN_COMMENT_ID: id().optional(),
  TASK_PLAN_SHA256: z.string().regex(sha256Pattern, "is not a SHA-256 in hexadecimal").optional(),
  TASK_DRY_RUN: z
    .enum(["true", "false"], "is neither true nor false")
    .default("false")
    .transform((text) => text === "true"),
};

/** Texts given by hand; used only in a dry run, for what GitHub does not have. */
export const dryRunEnvironment = {
  TASK_PROMPT: z.string().optional(),
  TASK_ISSUE_URL: z.string().optional(),
  TASK_ISSUE_TITLE: z.string().optional(),
  TASK_ISSUE_BODY: z.string().optional(),
  TASK_PLAN_COMMENT_BODY: z.string().optional(),
  TASK_PLAN_COMMENT_URL: z.string().optional(),
};

/** Who may decide, and how branches are named. */
export const policyEnvironment = {
  CODEX_TRIGGER_LOGINS: z
    .string()
    .transform((text) => text.split(",").map((login) => login.trim()))
    .pipe(
      z.array(
        z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,39}(?::[1-9][0-9]{0,14})?$/, "has an entry that is neither login nor login:id"),
      ),
    )
    .describe("a comma list of login or login:id, the people who may approve"),
  CODEX_PLAN_TRIGGER: z
    .string()
    .default("author")
    .transform((text, context) => {
      const trigger = parsePlanTrigger(text);
      if (trigger) return trigger;
      context.addIssue({ code: "custom", message: "is none of author, command, label:<name>" });
      return z.NEVER;
    }),
  CODEX_BRANCH_PREFIX: branch().default(defaultBranchPrefix),
  CODEX_BASE_BRANCH: branch().optional(),
  /** The service's allow-list: a forged message, or a run by hand, starts nothing elsewhere. */
  CODEX_REPOSITORIES: z
    .string()
    .transform((text, context) => {
      const patterns = text.split(",").map((pattern) => pattern.trim());
      if (patterns.every(canMatchRepository)) return patterns;
      context.addIssue({
        code: "custom",
        message: "has an entry that is neither owner/name nor a glob such as octocat/*",
      });
      return z.NEVER;
    })
    .default(["*/*"]),
};

/** How Codex is called and what it may cost. */
export const codexEnvironment = {
  CODEX_MODEL: codexSettings.shape.model.default("gpt-6.1-sol"),
  CODEX_REASONING_EFFORT: z.enum(reasoningEfforts, `is not one of ${reasoningEfforts.join(", ")}`).default("high"),
  /** Not set: live, but cached for a private repository, because a live search can carry its text out. */
  CODEX_WEB_SEARCH: z.enum(webSearchModes, `is not one of ${webSearchModes.join(", ")}`).optional(),
  CODEX_SANDBOX: z.enum(sandboxPolicies, `is not one of ${sandboxPolicies.join(", ")}`).default("require"),
  /** What commands may open connections to, through the mediator; empty: nothing. An allowed host can be used to carry text out. */
  CODEX_EGRESS_HOSTS: z
    .string()
    .transform((text, context) => {
      const entries = text.split(",").map((entry) => entry.trim());
      const hosts = entries.flatMap((entry) => parseEgressHost(entry) ?? []);
      if (hosts.length === entries.length) return hosts;
      context.addIssue({ code: "custom", message: `has an entry that is not ${egressHostForm}` });
      return z.NEVER;
    })
    .default([]),
  CODEX_TOKEN_BUDGET: number(1_000, 1_000_000_000).default(2_000_000),
  /** Upper bound on one answer, reasoning included. */
  CODEX_MAX_ANSWER_TOKENS: number(1_000, 1_000_000).default(128_000),
  CODEX_DEADLINE_MINUTES: number(1, 24 * 60).default(60),
  CODEX_IDLE_MINUTES: number(1, 24 * 60).default(10),
  /** Runs that one issue may have in all, and one repository within 24 hours. */
  CODEX_RUNS_PER_ISSUE: number(1, 1_000).default(10),
  CODEX_RUNS_PER_DAY: number(1, 10_000).default(100),
  /** Not set: only tokens are told, and no cost. */
  CODEX_PRICES: z
    .string()
    .transform((text, context) => {
      const prices = parsePrices(text);
      if (prices) return prices;
      context.addIssue({ code: "custom", message: `is not ${pricesForm}` });
      return z.NEVER;
    })
    .optional(),
};

/** What an agent on one machine may use together with all that it starts. In the cluster its pod's limits do this. */
export const sandboxEnvironment = z.object({
  /** Threads are counted too: Codex and Node.js alone have about fifty. */
  CODEX_MAX_PROCESSES: number(200, 1_000_000).default(2_048),
  CODEX_MEMORY_MIB: number(512, 10_000_000).default(4_096),
  /** Working copy, temporary files and Codex's own. */
  CODEX_DISK_MIB: number(64, 100_000_000).default(10_240),
});

/** What a change may be, and what GitHub does with it before a person has looked. */
export const changeEnvironment = {
  CODEX_PROTECTED_PATHS: z
    .string()
    .transform((text, context) => {
      const entries = text.split(",").map((entry) => entry.trim());
      const paths = parseProtectedPaths(entries, defaultProtectedPaths);
      if (paths) return paths;
      const wrong = entries.some((entry) => !isProtectedPathEntry(entry));
      context.addIssue({
        code: "custom",
        message: wrong ? `has an entry that is not ${protectedPathForm}` : "protects nothing, or has over 200 entries",
      });
      return z.NEVER;
    })
    .default(defaultChangeRules.protectedPaths),
  CODEX_MAX_FILES: number(1, mostOfChange.files).default(defaultChangeRules.maxFiles),
  /** Sum of the new contents. */
  CODEX_MAX_BYTES: number(1, mostOfChange.bytes).default(defaultChangeRules.maxBytes),
  CODEX_COMMIT_CHECKS: z.enum(commitChecks, `is not one of ${commitChecks.join(", ")}`).default("run"),
};

/** Where a server listens: `unix:<absolute path>` or `<host>:<port>`. */
export type ListenAddress = { path: string } | { host: string; port: number };

const listenAddress = z.string().transform((text, context): ListenAddress => {
  const path = /^unix:(\/.{1,103})$/.exec(text)?.[1];
  if (path && basename(path)) return { path };
  const [, host, port] = /^(?:\[([0-9a-fA-F:]+)\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/.exec(text) ?? [];
  if (port !== undefined && Number(port) <= 65_535)
    return { host: host ?? text.slice(0, text.lastIndexOf(":")), port: Number(port) };
  context.addIssue({
    code: "custom",
    message: "is neither unix:<absolute path of at most 104 characters> nor <host>:<port>",
  });
  return z.NEVER;
});

/** Of a program that also takes part in dry runs, which need no issue: 0, which cannot be given, stands for none. */
export const dryRunIssue = { TASK_ISSUE_NUMBER: id().default(0).describe("the issue's number") };

/** Refuses a missing issue unless it is a dry run; told together with everything else that is wrong. */
export function issueUnlessDryRun<S extends z.ZodObject>(schema: S): S {
  return schema.refine(
    ({ TASK_ISSUE_NUMBER, TASK_DRY_RUN }: Record<string, unknown>) => TASK_DRY_RUN === true || TASK_ISSUE_NUMBER !== 0,
    {
      path: ["TASK_ISSUE_NUMBER"],
      when: ({ issues }) => issues.every(({ path }) => path?.[0] !== "TASK_ISSUE_NUMBER"),
    },
  );
}

/** With `require`, commands have no network to reach the mediator by: a list that has no effect is refused. */
function egressInPodOnly<S extends z.ZodObject>(schema: S): S {
  return schema.refine(
    ({ CODEX_EGRESS_HOSTS, CODEX_SANDBOX }: Record<string, unknown>) =>
      CODEX_SANDBOX === "pod" || (CODEX_EGRESS_HOSTS as unknown[]).length === 0,
    {
      path: ["CODEX_EGRESS_HOSTS"],
      message: "needs CODEX_SANDBOX=pod: with require, commands have no network",
      when: ({ issues }) => issues.every(({ path }) => path?.[0] !== "CODEX_EGRESS_HOSTS"),
    },
  );
}

/** Refuses anything but exactly one way to sign in to GitHub; told together with everything else that is wrong. */
export function oneSignIn<S extends z.ZodObject>(schema: S): S {
  return credentialNames.reduce<S>(
    (checked, name: CredentialName) =>
      checked.refine((given) => credentialFault(name, given) === undefined, {
        path: [name],
        message: superfluous,
        when: ({ issues }) => issues.every(({ path }) => path?.[0] !== name),
      }),
    schema,
  );
}

const mediatorFields = z.object({
  /** Where git and its helpers are found; not set: the system's folders. */
  PATH: z.string().optional(),
  ...githubEnvironment,
  OPENAI_API_KEY: secret(1).describe("the model provider's key"),
  ...modelEnvironment,
  RUN_BEARER: secret(32).describe("a random secret of this run, at least 32 characters"),
  MEDIATOR_LISTEN: listenAddress.describe("unix:<path> or <host>:<port>"),
  MEDIATOR_STATE: z
    .string()
    .startsWith("/", "is not an absolute path")
    .describe("a private folder for the run's record"),
  /** `stdin`: end when standard input closes, because then the parent has died. */
  MEDIATOR_PARENT: z.literal("stdin", "is not stdin").optional(),
  ...taskEnvironment,
  ...dryRunIssue,
  ...dryRunEnvironment,
  ...policyEnvironment,
  ...codexEnvironment,
  ...changeEnvironment,
});
/** What the mediator alone knows. */
export const mediatorEnvironment = oneSignIn(egressInPodOnly(issueUnlessDryRun(mediatorFields)));
export type MediatorEnvironment = z.output<typeof mediatorEnvironment>;

/** A task as it was handed over: what it claims to be. */
export type TaskClaim = z.output<z.ZodObject<typeof taskEnvironment>>;
export type DryRunTexts = z.output<z.ZodObject<typeof dryRunEnvironment>>;
