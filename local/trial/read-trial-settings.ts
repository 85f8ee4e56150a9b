import { defaultBranchPrefix, type PlanTrigger, parsePlanTrigger, repositoryPattern } from "@froussard/contract";
import * as z from "zod";
import { SettingsError } from "../run/settings.ts";
import type { HopLimits } from "./hops.ts";

export interface TrialCommandOptions {
  repo?: string;
  account?: string;
  title?: string;
  body?: string;
  minutes: string;
  approvalMinutes: string;
  pollSeconds: string;
  simulated?: boolean;
}

/** What a trial needs to know. */
export interface TrialSettings {
  /** Absent: between the simulators. */
  real?: {
    repository: string;
    /** Of the person who opens the issue and may approve. */
    personToken: string;
    /** Of the pipeline's account, where it is known: then everything must be by that one. */
    pipelineToken?: string | undefined;
    apiBaseUrl?: string | undefined;
    pollMs: number;
  };
  account?: string | undefined;
  wish?: { title: string; body: string } | undefined;
  trigger: PlanTrigger;
  branchPrefix: string;
  base?: string | undefined;
  limits: HopLimits;
}

/** A change that hurts nobody. */
export const harmlessWish = {
  title: "Trial of the issue pipeline: add the file codex-trial.md",
  body: [
    "Please add the file `codex-trial.md` to the root of the repository. It holds this one line:",
    "",
    "    This file was made by a trial of the issue pipeline.",
    "",
    "Nothing else changes. `npm run trial` opened this issue, and closes it again.",
  ].join("\n"),
};

const minutes = z
  .string()
  .regex(/^\d{1,4}(\.\d{1,2})?$/, "is not a number of minutes")
  .transform((text) => Number(text) * 60_000);
const trigger = z.string().transform((text, context) => {
  const parsed = parsePlanTrigger(text);
  if (parsed) return parsed;
  context.addIssue({ code: "custom", message: `is ${text}; say author, command or label:<name>` });
  return z.NEVER;
});
const token = z.string().regex(/^[\x21-\x7e]+$/, "must be one line of printable characters: take the token alone");

const schema = z.object({
  "--repo": z.string().regex(repositoryPattern, "is not owner/name; give it as --repo owner/name").optional(),
  "--minutes": minutes,
  "--approval-minutes": minutes,
  "--poll-seconds": z
    .string()
    .regex(/^\d{1,3}(\.\d)?$/, "is not a number of seconds")
    .transform((text) => Number(text) * 1000),
  GITHUB_TOKEN: token.optional(),
  GITHUB_PERSON_TOKEN: token.optional(),
  GITHUB_API_BASE_URL: z.url({ protocol: /^https?$/, error: "is not an address" }).optional(),
  CODEX_PLAN_TRIGGER: trigger.default({ kind: "author" }),
  CODEX_BRANCH_PREFIX: z.string().default(defaultBranchPrefix),
  CODEX_BASE_BRANCH: z.string().optional(),
});

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads options and environment together. Without a token and a repository the trial is between the simulators.
 * @throws SettingsError that names every fault at once
 */
export function readTrialSettings(options: TrialCommandOptions, env: Environment): TrialSettings {
  const named = Object.keys(schema.shape).filter((name) => !name.startsWith("--"));
  const parsed = schema.safeParse({
    "--repo": options.repo,
    "--minutes": options.minutes,
    "--approval-minutes": options.approvalMinutes,
    "--poll-seconds": options.pollSeconds,
    ...Object.fromEntries(named.map((name) => [name, env[name] || undefined])),
  });
  const faults = parsed.error?.issues.map(({ path: [name = ""], message }) => `${String(name)} ${message}`) ?? [];
  const { repo, account, simulated = false } = options;
  const hasToken = Boolean(env["GITHUB_TOKEN"] || env["GITHUB_PERSON_TOKEN"]);
  if (!simulated && hasToken && repo === undefined)
    faults.push("--repo is missing: name the repository, or say --simulated");
  if (!simulated && !hasToken && repo !== undefined)
    faults.push("GITHUB_TOKEN is not set: export a token of the person who opens the issue, or leave --repo out");
  if ((options.title === undefined) !== (options.body === undefined))
    faults.push("--title and --body belong together: give both, or neither");
  if (!parsed.success || faults.length > 0) throw new SettingsError(faults);
  const { data } = parsed;
  const { GITHUB_TOKEN: given, GITHUB_PERSON_TOKEN: person } = data;
  const personToken = person ?? given;
  const { title, body } = options;
  return {
    ...(!simulated &&
      personToken !== undefined && {
        real: {
          repository: repo ?? "",
          personToken,
          ...(person !== undefined && { pipelineToken: given }),
          apiBaseUrl: data.GITHUB_API_BASE_URL,
          pollMs: data["--poll-seconds"],
        },
      }),
    account,
    ...(title !== undefined && body !== undefined && { wish: { title, body } }),
    trigger: data.CODEX_PLAN_TRIGGER,
    branchPrefix: data.CODEX_BRANCH_PREFIX,
    base: data.CODEX_BASE_BRANCH,
    limits: {
      noticedMs: Math.min(120_000, data["--minutes"]),
      begunMs: Math.min(300_000, data["--minutes"]),
      workedMs: data["--minutes"],
      approvedMs: data["--approval-minutes"],
    },
  };
}
