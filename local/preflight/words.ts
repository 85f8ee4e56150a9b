import type { GitHubWords } from "froussard/checks/github/github-checks";
import type { ModelWords } from "froussard/checks/model/judge-model";

/** What is to be corrected where the settings are options and environment of a command. */
export const githubWords: GitHubWords = {
  token: "GITHUB_TOKEN",
  newToken:
    "create a token at https://github.com/settings/personal-access-tokens/new (Contents, Issues, Pull requests: read and write), and export GITHUB_TOKEN",
  repository: "correct --repo",
  renamed: (name) => `use --repo ${name}`,
  installation: (id) => `export GITHUB_APP_INSTALLATION_ID=${id}, or correct --repo`,
  baseBranch: "correct CODEX_BASE_BRANCH",
  approvers: "correct CODEX_TRIGGER_LOGINS",
  ownAccount: (login) =>
    `for more than a first try: a GitHub App (docs/github-app.md), or a second account with the role Write and its token in GITHUB_TOKEN; then export CODEX_TRIGGER_LOGINS=${login}`,
};

export const modelWords: ModelWords = {
  key: "OPENAI_API_KEY",
  newKey:
    "create a key where OPENAI_BASE_URL points to (OpenAI: https://platform.openai.com/api-keys) and export OPENAI_API_KEY",
  address: "OPENAI_BASE_URL",
  model: "CODEX_MODEL",
};
