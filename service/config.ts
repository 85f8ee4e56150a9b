import {
  canMatchRepository,
  defaultBranchPrefix,
  type PlanTrigger,
  parsePlanTrigger,
  repositoryPattern,
  taskFields,
} from "@froussard/contract";
import {
  credentialFault,
  credentialNames,
  credentialSettings,
  superfluous,
} from "@froussard/github/credential-settings";
import * as z from "zod";
import { kafkaFaults, kafkaSettings } from "./kafka/kafka-config.ts";

/** One webhook of GITHUB_HOOK_ID; without an owner it is the one served repository's. */
export type HookSetting = { id: number } | { id: number; repository: string } | { id: number; organization: string };

const list = (text: string) =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");

const number = (fallback: number, min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`)
    .default(fallback);

const logins = z
  .string("set it to the GitHub logins that may approve, for example octocat or octocat:583231")
  .transform((text, context): string[] => {
    const entries = list(text);
    if (
      entries.length > 0 &&
      entries.every((entry) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}(:[1-9][0-9]{0,15})?$/.test(entry))
    )
      return entries;
    context.addIssue({
      code: "custom",
      message: `must be a comma list of login or login:id, not ${JSON.stringify(text)}`,
    });
    return z.NEVER;
  });

const repositories = z
  .string("set it to the repositories to serve, for example octocat/hello or octocat/*")
  .transform((text, context): string[] => {
    const patterns = list(text);
    const wrong = patterns.filter((pattern) => !canMatchRepository(pattern));
    if (patterns.length > 0 && wrong.length === 0) return patterns;
    context.addIssue({
      code: "custom",
      message: `must be a comma list of owner/name or globs such as octocat/*, not ${JSON.stringify(wrong[0] ?? text)}`,
    });
    return z.NEVER;
  });

const hooks = z.string().transform((text, context): HookSetting[] => {
  const entries = list(text).map((entry) => /^(?:([^=]+)=)?([1-9][0-9]{0,14})$/.exec(entry));
  const read = entries.flatMap((entry): HookSetting[] => {
    const [, owner, id = ""] = entry ?? [];
    if (!entry) return [];
    if (owner === undefined) return [{ id: Number(id) }];
    if (repositoryPattern.test(owner)) return [{ id: Number(id), repository: owner }];
    return /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/.test(owner) ? [{ id: Number(id), organization: owner }] : [];
  });
  if (read.length > 0 && read.length === entries.length) return read;
  context.addIssue({
    code: "custom",
    message: `must be a comma list of <id>, owner/name=<id> or organization=<id>, not ${JSON.stringify(text)}`,
  });
  return z.NEVER;
});

/** As the task message takes it: with any other, no task would ever be made. */
const canBeBranch = (name: string) => taskFields["base"]?.safeParse(name).success === true;

/** Addresses are shown, in the log for example. */
function isBareAddress(text: string): boolean {
  const { username, password, search, hash } = URL.parse(text) ?? {};
  return !username && !password && !search && !hash;
}

const secret = (what: string) =>
  z
    .string(what)
    .min(16, "must have at least 16 characters")
    // As a file that ends in a line break leaves it; nothing would ever fit then, and nobody would see why.
    .refine((text) => text.trim() === text, "must not begin or end with white space: take the secret alone");

const common = {
  ...credentialSettings,
  GITHUB_API_BASE_URL: z
    .url({ protocol: /^https?$/, error: "must be an address such as https://github.example.com/api/v3" })
    .refine(isBareAddress, "must have no user, password or query: what signs in is a setting of its own")
    .optional(),
  /** Node.js reads it itself; here so that it is known. */
  NODE_EXTRA_CA_CERTS: z.string().optional(),
  CODEX_TRIGGER_LOGINS: logins,
  CODEX_REPOSITORIES: repositories,
  CODEX_BASE_BRANCH: z.string().refine(canBeBranch, "must be the name of a branch, for example main").optional(),
  CODEX_BRANCH_PREFIX: z
    .string()
    .refine(
      (prefix) => /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(prefix) && canBeBranch(`${prefix}1`),
      "must be the beginning of a branch name, for example codex/issue-",
    )
    .default(defaultBranchPrefix),
  CODEX_SINCE: z.iso.datetime({ offset: true, error: "must be a time such as 2026-03-01T00:00:00Z" }).optional(),
  CODEX_PLAN_TRIGGER: z
    .string()
    .default("author")
    .transform((text, context): PlanTrigger => {
      const trigger = parsePlanTrigger(text);
      if (trigger) return trigger;
      context.addIssue({
        code: "custom",
        message: `must be author, command or label:<name>, not ${JSON.stringify(text)}`,
      });
      return z.NEVER;
    }),
  CODEX_DEADLINE_MINUTES: number(60, 1, 24 * 60),
  ...kafkaSettings,
  FROUSSARD_QUEUE: z.string().optional(),
  SHUTDOWN_GRACE_SECONDS: number(20, 1, 600),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: "must be an address such as http://collector:4318" })
    .optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"], "must be debug, info, warn or error").default("info"),
};

const serveOnly = {
  GITHUB_WEBHOOK_SECRET: secret("set it to the secret that the webhook was created with"),
  GITHUB_WEBHOOK_SECRET_PREVIOUS: secret("").optional(),
  PORT: number(8080, 0, 65_535),
  DEAD_LETTER_PORT: number(0, 0, 65_535).unwrap().optional(),
  DEAD_LETTER_TOKEN: secret("")
    .regex(/^[\x21-\x7e]+$/, "must be one line of printable characters, for it is sent as a header")
    .optional(),
};

const watchOnly = {
  WATCH_REPOSITORY_SECONDS: number(10, 1, 3600),
  WATCH_FRESH_PLAN_SECONDS: number(4, 1, 60),
  WATCH_OLD_PLAN_SECONDS: number(60, 4, 3600),
  WATCH_POINTS_PER_HOUR: number(1500, 100, 15_000),
  WATCH_PORT: number(0, 1, 65_535).unwrap().optional(),
  WORKFLOWS_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be the name of a Kubernetes namespace")
    .optional(),
  GITHUB_HOOK_ID: hooks.optional(),
};

const schemas = {
  serve: z.object({ ...common, ...serveOnly }),
  watch: z.object({ ...common, ...watchOnly }).superRefine((config, context) => {
    const { GITHUB_HOOK_ID: given = [], CODEX_REPOSITORIES: served } = config;
    const isOne = served.length === 1 && !/[*?]/.test(served[0] ?? "");
    if (isOne || given.every((hook) => "repository" in hook || "organization" in hook)) return;
    const message = "an id alone needs exactly one repository in CODEX_REPOSITORIES; write owner/name=<id>";
    context.addIssue({ code: "custom", path: ["GITHUB_HOOK_ID"], message });
  }),
};

/** Settings of one command, checked. */
export type ServeConfig = z.infer<typeof schemas.serve>;
export type WatchConfig = z.infer<typeof schemas.watch>;
export type CommonConfig = Pick<ServeConfig, keyof typeof common>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Wrong or missing settings, all of them, each with what to set. Values of secrets are not shown. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `cannot start, ${faults.length} setting${faults.length === 1 ? "" : "s"} to correct:\n${faults.map((each) => `  ${each}`).join("\n")}`,
    );
    this.name = "ConfigError";
    this.faults = faults;
  }
}

/** Reads the documented environment of `froussard serve`. @throws ConfigError */
export function readServeConfig(environment: Environment): ServeConfig {
  return read(schemas.serve, environment);
}

/** Reads the documented environment of `froussard watch`. @throws ConfigError */
export function readWatchConfig(environment: Environment): WatchConfig {
  return read(schemas.watch, environment);
}

function read<Schema extends z.ZodObject>(schema: Schema, environment: Environment): z.infer<Schema> {
  // An empty variable is what a deployment leaves of one that is not set.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = schema.safeParse({ CODEX_TRIGGER_LOGINS: given["CODEX_TRIGGER_LOGIN"], ...given });
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  faults.unshift(...signInFaults(given));
  faults.push(...kafkaFaults(given));
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return parsed.data;
}

/** Not exactly one way to sign in to GitHub. */
function signInFaults(given: Environment): string[] {
  return credentialNames.flatMap((name) => {
    const fault = credentialFault(name, given);
    if (fault === "superfluous") return [`${name}: ${superfluous}`];
    return fault === "missing" ? [`${name}: set it to ${credentialSettings[name].description}`] : [];
  });
}
