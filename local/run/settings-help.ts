import { githubEnvironment, modelEnvironment, policyEnvironment } from "codex-runner/settings";
import { changeEnvironment, codexEnvironment, sandboxEnvironment } from "codex-runner/settings/codex-environment";
import type { PassedName } from "./settings.ts";

/** Settings of the environment besides the secrets: what each is for. None may be left out: the type sees to it. */
const about: Record<PassedName, string> = {
  GITHUB_APP_ID: "with the next two in place of GITHUB_TOKEN; see docs/github-app.md",
  GITHUB_APP_INSTALLATION_ID: "",
  GITHUB_APP_PRIVATE_KEY_FILE: "absolute path of its .pem file",
  GITHUB_API_BASE_URL: "for GitHub Enterprise Server: https://<host>/api/v3",
  NODE_EXTRA_CA_CERTS: "file (PEM) with authorities to trust besides the public ones",
  OPENAI_BASE_URL: "for another provider of the Responses API",
  CODEX_TRIGGER_LOGINS: "who may have issues planned and may approve: login,login:id (default: the token's account)",
  CODEX_TRIGGER_LOGIN: "the same for one, as it was called before",
  CODEX_PLAN_TRIGGER: "what is planned by itself: author, label:<name>, command (default: author)",
  CODEX_SINCE: "issues older than this are not planned by themselves (default: a day before the start)",
  CODEX_BASE_BRANCH: "where the work starts (default: the repository's default branch)",
  CODEX_BRANCH_PREFIX: "of the branches that are pushed",
  CODEX_MODEL: "",
  CODEX_REASONING_EFFORT: "",
  CODEX_WEB_SEARCH: "disabled, cached, live (default: live, cached for private repositories)",
  CODEX_TOKEN_BUDGET: "tokens that one run may use",
  CODEX_MAX_ANSWER_TOKENS: "tokens that one answer of the model may have",
  CODEX_DEADLINE_MINUTES: "Codex is stopped after so long",
  CODEX_IDLE_MINUTES: "Codex is stopped after so long without a sign of life",
  CODEX_RUNS_PER_ISSUE: "runs that one issue may have in all",
  CODEX_RUNS_PER_DAY: "runs that one repository may have in 24 hours",
  CODEX_PRICES: "what tokens cost, so that costs are told (default: only tokens are)",
  CODEX_PROTECTED_PATHS: "what a change may not touch: default,deploy/**,!docs/AGENTS.md (default: default)",
  CODEX_MAX_FILES: "files that one change may have",
  CODEX_MAX_BYTES: "bytes that one change may have",
  CODEX_COMMIT_CHECKS: "run, or hold: GitHub Actions waits for the next commit, a person's",
  CODEX_MAX_PROCESSES: "processes and threads of the sandbox",
  CODEX_MEMORY_MIB: "memory of the sandbox",
  CODEX_DISK_MIB: "disk of the sandbox",
  CODEX_BIN: "another Codex program (default: the one that comes along)",
  WATCH_REPOSITORY_SECONDS: "between two looks at a repository (default: 3)",
  WATCH_FRESH_PLAN_SECONDS: "between two looks at a plan that is new (default: 3)",
  WATCH_OLD_PLAN_SECONDS: "between two looks at a plan that is not (default: 60)",
  WATCH_POINTS_PER_HOUR: "of GitHub's rate limit (default: 1500)",
  LOG_LEVEL: "debug, info, warn, error; for --json and --verbose (default: info)",
};

const schemas = {
  ...githubEnvironment,
  ...modelEnvironment,
  ...policyEnvironment,
  ...codexEnvironment,
  ...changeEnvironment,
  ...sandboxEnvironment.shape,
};

/** One line a setting, with its default as the programs' own schemas have it. */
export function settingsHelp(): string {
  return Object.entries(about)
    .map(([name, text]) => {
      const shown = text.includes("(default")
        ? text
        : [text, ...defaultOf(name)].filter((part) => part !== "").join(" ");
      return `  ${name.padEnd(28)} ${shown}`.trimEnd();
    })
    .join("\n");
}

function defaultOf(name: string): string[] {
  const schema = Object.entries(schemas).find(([key]) => key === name)?.[1];
  const { data } = schema?.safeParse(undefined) ?? {};
  return typeof data === "string" || typeof data === "number" ? [`(default: ${data})`] : [];
}
