import {
  canMatchRepository,
  defaultBranchPrefix,
  parsePlanTrigger,
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
import { changeEnvironment, codexEnvironment } from "./settings/codex-environment.ts";
import { listenAddress } from "./settings/listen-address.ts";
import { branch, id, secret, url } from "./settings/setting-types.ts";

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

/** Which account acts on GitHub, and where GitHub is. */
export const githubEnvironment = {
  ...credentialSettings,
  GITHUB_API_BASE_URL: url().default("https://api.github.com"),
  /** Authorities to trust besides the public ones. Node.js reads it itself; git is told of it. */
  NODE_EXTRA_CA_CERTS: z.string().optional(),
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
