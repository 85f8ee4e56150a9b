import type { GitHubWords } from "../checks/github/github-checks.ts";
import type { ModelWords } from "../checks/model/judge-model.ts";
import type { Namespaces } from "./deployed-names.ts";

const synth = "run npm run synth, and sync dist/";

/** What is to be corrected where the settings are those of a deployment. */
export function githubWords({ service, workflows }: Namespaces): GitHubWords {
  const put = `put it into the Secrets github-token of ${service} and ${workflows} (docs/secrets.md)`;
  return {
    token: "the token of the service",
    newToken: `create a token (Contents, Issues, Pull requests: read and write), and ${put}`,
    repository: `correct repositories in infra/settings.ts, ${synth}`,
    renamed: (name) => `write ${name} in repositories in infra/settings.ts, ${synth}`,
    installation: (id) =>
      `put ${id} under installation-id into the Secrets github-app, or correct repositories in infra/settings.ts`,
    baseBranch: `correct github.baseBranch in infra/settings.ts, ${synth}`,
    approvers: `correct approvers in infra/settings.ts, ${synth}`,
    ownAccount: (login) =>
      `use a GitHub App (docs/github-app.md), or a second account than ${login} with the role Write, and ${put.replace("it", "its token")}`,
  };
}

export function modelWords({ workflows }: Namespaces): ModelWords {
  return {
    key: `the key in the Secret codex-openai of ${workflows}`,
    newKey: `create a key at the provider, and put it into the Secret codex-openai of ${workflows} (docs/secrets.md); the next run uses it`,
    address: "codex.openaiUrl in infra/settings.ts",
    model: "codex.model in infra/settings.ts",
  };
}
