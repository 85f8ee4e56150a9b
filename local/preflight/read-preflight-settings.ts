import { join } from "node:path";
import { defaultBranchPrefix, repositoryPattern } from "@froussard/contract";
import type { Credential } from "@froussard/github/credential";
import {
  credentialFault,
  credentialNames,
  credentialOf,
  credentialSettings,
} from "@froussard/github/credential-settings";
import { isReadable } from "codex-runner/sandbox/readable-mounts";
import {
  githubEnvironment,
  modelEnvironment,
  policyEnvironment,
  SettingsError as RunnerSettingsError,
  readSettings as readRunnerSettings,
} from "codex-runner/settings";
import { codexEnvironment } from "codex-runner/settings/codex-environment";
import * as z from "zod";
import { serviceConfig } from "../run/service-config.ts";
import { type LocalOptions, type LocalSettings, readSettings, SettingsError } from "../run/settings.ts";

/** What can be checked with the settings as they are; what is missing or wrong is left out, and told in `faults`. */
export interface PreflightSettings {
  /** Everything that is wrong with options and environment, each with what to set. */
  faults: readonly string[];
  repositories: readonly string[];
  credential?: Credential | undefined;
  apiBaseUrl?: string | undefined;
  /** Entries `login` or `login:id`; absent when nobody is named: then the account that signs in decides. */
  approvers?: readonly string[] | undefined;
  openaiKey?: string | undefined;
  openaiBaseUrl?: string | undefined;
  model?: string | undefined;
  baseBranch?: string | undefined;
  branchPrefix: string;
  codexProgram?: string | undefined;
  readablePaths: readonly string[];
  data: string;
  webhookPort?: number | undefined;
  path: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads what there is of options and environment; throws nothing for what is missing or wrong. */
export function readPreflightSettings(options: LocalOptions, env: Environment, defaultData: string): PreflightSettings {
  const readablePaths = env["CODEX_READABLE_PATHS"]?.split(":").filter((path) => path !== "") ?? [];
  const signIn = readCredential(env, readablePaths);
  const one = <S extends z.ZodType>(schema: S, name: string): z.output<S> | undefined =>
    schema.safeParse(env[name] || undefined).data;
  const port = options.port ?? "8080";
  return {
    faults: onePerName([...settingsFaults(options, env, defaultData), ...signIn.faults, ...addressFaults(env)]),
    repositories: [...new Set(options.repo.filter((name) => repositoryPattern.test(name)))],
    credential: signIn.credential,
    apiBaseUrl: plain(one(githubEnvironment.GITHUB_API_BASE_URL, "GITHUB_API_BASE_URL")),
    approvers: one(policyEnvironment.CODEX_TRIGGER_LOGINS, approversName(env)),
    openaiKey: env["OPENAI_API_KEY"]?.trim() || undefined,
    openaiBaseUrl: plain(one(modelEnvironment.OPENAI_BASE_URL, "OPENAI_BASE_URL")),
    model: one(codexEnvironment.CODEX_MODEL, "CODEX_MODEL"),
    baseBranch: one(policyEnvironment.CODEX_BASE_BRANCH, "CODEX_BASE_BRANCH"),
    branchPrefix: one(policyEnvironment.CODEX_BRANCH_PREFIX, "CODEX_BRANCH_PREFIX") ?? defaultBranchPrefix,
    codexProgram: env["CODEX_BIN"] || undefined,
    readablePaths,
    data: options.data ?? defaultData,
    webhookPort: options.webhook && /^\d{1,5}$/.test(port) && Number(port) <= 65_535 ? Number(port) : undefined,
    path: env["PATH"] ?? "",
  };
}

const approversName = (env: Environment) =>
  env["CODEX_TRIGGER_LOGINS"] ? "CODEX_TRIGGER_LOGINS" : "CODEX_TRIGGER_LOGIN";

/** Service and runner both read some of the variables: the first word on each is enough. An option can stand there often. */
function onePerName(faults: readonly string[]): string[] {
  const names = faults.map((fault) => (fault.startsWith("--") ? fault : fault.replace(/[: ].*$/s, "")));
  return faults.filter((_, index) => names.indexOf(names[index] ?? "") === index);
}

/** An address that holds nothing but the address: it stands in messages and logs. */
function plain(address: string | undefined): string | undefined {
  return address === undefined || hasMore(address) ? undefined : address;
}

function hasMore(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "");
}

function addressFaults(env: Environment): string[] {
  return ["GITHUB_API_BASE_URL", "OPENAI_BASE_URL"]
    .filter((name) => hasMore(env[name] ?? ""))
    .map((name) => `${name} holds a user, a password or a query besides the address; leave them out`);
}

function readCredential(
  env: Environment,
  readablePaths: readonly string[],
): { credential?: Credential; faults: readonly string[] } {
  // Trimmed like a start does: a token read from a file ends with a new line.
  const given = Object.fromEntries(credentialNames.map((name) => [name, env[name]?.trim() || undefined]));
  const { data } = z.object(credentialSettings).safeParse(given);
  // What is missing, wrong or one too many, the settings' own faults tell.
  if (!data || credentialNames.some((name) => credentialFault(name, data) !== undefined)) return { faults: [] };
  const file = data.GITHUB_APP_PRIVATE_KEY_FILE;
  if (file !== undefined && isReadable(file, readablePaths))
    return {
      faults: [
        `GITHUB_APP_PRIVATE_KEY_FILE: ${file} lies where the agent may read; move it, or correct CODEX_READABLE_PATHS`,
      ],
    };
  try {
    return { credential: credentialOf(data), faults: [] };
  } catch (error) {
    return { faults: [(error as Error).message] };
  }
}

/** All faults together, those of the service's and the runner's settings as well when ours are not complete. */
function settingsFaults(options: LocalOptions, env: Environment, defaultData: string): string[] {
  const faults = faultsOf(() => readSettings(options, env, defaultData));
  return [
    ...faults,
    ...faultsOf(() => {
      const settings = standIn(options, env, defaultData);
      serviceConfig(settings, join(settings.data, "queue.db"));
    }),
    ...faultsOf(() => readRunnerSettings(z.object(modelEnvironment), env)),
  ];
}

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    if (error instanceof RunnerSettingsError)
      return error.message
        .split("\n")
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
}

/** The settings with something valid in the place of what is missing, so that the rest can be judged. */
function standIn(options: LocalOptions, env: Environment, defaultData: string): LocalSettings {
  const { repo, webhook, data } = options;
  const valid = repo.filter((name) => repositoryPattern.test(name));
  const asApp = credentialNames.some((name) => name !== "GITHUB_TOKEN" && env[name]);
  return readSettings(
    {
      repo: valid.length > 0 ? valid : ["owner/name"],
      ...(webhook && { webhook }),
      ...(data !== undefined && { data }),
    },
    {
      ...env,
      ...(!asApp && { GITHUB_TOKEN: env["GITHUB_TOKEN"]?.trim() || "not-given" }),
      OPENAI_API_KEY: env["OPENAI_API_KEY"]?.trim() || "not-given",
      GITHUB_WEBHOOK_SECRET: env["GITHUB_WEBHOOK_SECRET"]?.trim() || "not-given-not-given",
      CODEX_TRIGGER_LOGINS: env[approversName(env)] || "somebody",
    },
    defaultData,
  );
}
