import { repositoryPattern } from "@froussard/contract";
import * as z from "zod";

/** What the one-machine pipeline needs to know; everything else has a default in service and runner. */
export interface LocalSettings {
  repositories: string[];
  /** Serve webhooks besides polling. */
  webhook?: { port: number; secret: string };
  /** Folder of the queue and of the runs' private records. */
  data: string;
  /** Runs at the same time. */
  concurrency: number;
  /** Absolute paths that the agent may read besides the system's programs (`CODEX_READABLE_PATHS`). */
  readablePaths: string[];
  /** Absent when a GitHub App's settings are among `passed`. */
  githubToken?: string | undefined;
  openaiKey: string;
  /** Everything of the environment that is a setting and no secret, by its documented name. */
  passed: Readonly<Record<string, string>>;
}

export interface LocalOptions {
  repo: string[];
  webhook?: boolean;
  port?: string;
  data?: string;
  concurrency?: string;
}

/** A GitHub App's, in place of a token. */
const appNames = ["GITHUB_APP_ID", "GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_PRIVATE_KEY_FILE"] as const;

/** Settings that are handed on unchanged to service and runner, which check them. */
const passedNames = [
  "GITHUB_API_BASE_URL",
  "NODE_EXTRA_CA_CERTS",
  ...appNames,
  "OPENAI_BASE_URL",
  "CODEX_TRIGGER_LOGINS",
  "CODEX_TRIGGER_LOGIN",
  "CODEX_PLAN_TRIGGER",
  "CODEX_BASE_BRANCH",
  "CODEX_BRANCH_PREFIX",
  "CODEX_SINCE",
  "CODEX_MODEL",
  "CODEX_REASONING_EFFORT",
  "CODEX_WEB_SEARCH",
  "CODEX_TOKEN_BUDGET",
  "CODEX_MAX_ANSWER_TOKENS",
  "CODEX_DEADLINE_MINUTES",
  "CODEX_IDLE_MINUTES",
  "CODEX_RUNS_PER_ISSUE",
  "CODEX_RUNS_PER_DAY",
  "CODEX_PRICES",
  "CODEX_PROTECTED_PATHS",
  "CODEX_MAX_FILES",
  "CODEX_MAX_BYTES",
  "CODEX_COMMIT_CHECKS",
  "CODEX_MAX_PROCESSES",
  "CODEX_MEMORY_MIB",
  "CODEX_DISK_MIB",
  "CODEX_BIN",
  "WATCH_REPOSITORY_SECONDS",
  "WATCH_FRESH_PLAN_SECONDS",
  "WATCH_OLD_PLAN_SECONDS",
  "WATCH_POINTS_PER_HOUR",
  "LOG_LEVEL",
] as const;
export type PassedName = (typeof passedNames)[number];

const repository = z.string().regex(repositoryPattern, "is not owner/name; give it as --repo owner/name");
const whole = (min: number, max: number) =>
  z
    .string()
    .refine(
      (text) => /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max,
      `is not a whole number from ${min} to ${max}`,
    )
    .transform(Number);
const secret = (what: string) =>
  z
    .string({ error: `is not set; ${what}` })
    .trim()
    .min(1, `is empty; ${what}`);

const schema = z.object({
  "--repo": z.array(repository).min(1, "is missing; name at least one repository: --repo owner/name"),
  "--port": whole(0, 65_535),
  "--concurrency": whole(1, 16),
  GITHUB_TOKEN: secret(
    "create one at https://github.com/settings/personal-access-tokens/new (Contents, Issues, Pull requests: read and write), and export GITHUB_TOKEN; or sign in as a GitHub App (docs/github-app.md)",
  ),
  OPENAI_API_KEY: secret("create a key at https://platform.openai.com/api-keys and export OPENAI_API_KEY"),
  GITHUB_WEBHOOK_SECRET: secret(
    "--webhook needs the secret you typed into the webhook's settings on GitHub",
  ).optional(),
});

/** Whether a token is needed besides, and what belongs to an App, the service's settings tell. */
const appSchema = schema.extend({
  GITHUB_TOKEN: z.string().optional(),
  CODEX_TRIGGER_LOGINS: secret("a GitHub App can approve nothing: export CODEX_TRIGGER_LOGINS with your login"),
});

/**
 * Reads options and environment together.
 * @throws SettingsError that names every fault at once, each with what to set.
 */
export function readSettings(options: LocalOptions, env: NodeJS.ProcessEnv, defaultData: string): LocalSettings {
  const given = {
    "--repo": options.repo,
    "--port": options.port ?? "8080",
    "--concurrency": options.concurrency ?? "1",
    GITHUB_TOKEN: env["GITHUB_TOKEN"],
    CODEX_TRIGGER_LOGINS: env["CODEX_TRIGGER_LOGINS"] ?? env["CODEX_TRIGGER_LOGIN"],
    OPENAI_API_KEY: env["OPENAI_API_KEY"],
    GITHUB_WEBHOOK_SECRET: options.webhook ? (env["GITHUB_WEBHOOK_SECRET"] ?? "") : undefined,
  };
  const parsed = (appNames.some((name) => env[name]) ? appSchema : schema).safeParse(given);
  if (!parsed.success) {
    const values: Record<string, unknown> = { ...given };
    throw new SettingsError(
      parsed.error.issues.map(({ path: [name = "", index], message }) => {
        // Options are shown with their value; the environment's values may be secrets.
        const value = typeof index === "number" ? options.repo[index] : values[String(name)];
        const shown = String(name).startsWith("--") && typeof value === "string" ? ` ${value}` : "";
        return `${String(name)}${shown} ${message}`;
      }),
    );
  }
  const { data } = parsed;
  const webhookSecret = data.GITHUB_WEBHOOK_SECRET;
  return {
    repositories: data["--repo"],
    ...(webhookSecret !== undefined && { webhook: { port: data["--port"], secret: webhookSecret } }),
    data: options.data ?? defaultData,
    concurrency: data["--concurrency"],
    readablePaths: env["CODEX_READABLE_PATHS"]?.split(":").filter((path) => path !== "") ?? [],
    ...(data.GITHUB_TOKEN && { githubToken: data.GITHUB_TOKEN }),
    openaiKey: data.OPENAI_API_KEY,
    passed: Object.fromEntries(passedNames.flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
  };
}

/** Everything that is wrong with the settings, one line each. */
export class SettingsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the settings are not complete:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.name = "SettingsError";
    this.faults = faults;
  }
}
