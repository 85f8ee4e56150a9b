import type { GitHub } from "@froussard/github/client";
import { ownAccount } from "@froussard/github/own-account";
import { askGitHub, type GitHubAnswer } from "./ask-github.ts";

/** Who signs in, as GitHub sees it. */
export interface AccountFacts {
  /** Of a GitHub App the account `<name>[bot]`. */
  as: "token" | "app";
  /** Where GitHub was looked for. */
  address: string;
  /** How the token begins, which tells its kind and nothing else: `ghp_`. Absent where that is not one of GitHub's kinds. */
  prefix?: string;
  account: GitHubAnswer<{ id: number | bigint; login: string; type: string }>;
  /** This machine's clock when the answer came, milliseconds. */
  answeredAt: number;
}

/** Asks whose token it is, or whose App. */
export async function readAccount(github: GitHub, token: string | undefined): Promise<AccountFacts> {
  const prefix = /^(?:gh[pousr]_|github_pat_)/.exec(token ?? "")?.[0];
  const account = await askGitHub(async () => {
    if (!github.app) return await github.rest.users.getAuthenticated();
    const { login } = await ownAccount(github);
    return await github.rest.users.getByUsername({ username: login });
  });
  return {
    as: github.app ? "app" : "token",
    address: github.request.endpoint("GET /").url.replace(/\/$/, ""),
    ...(prefix !== undefined && { prefix }),
    account,
    answeredAt: Date.now(),
  };
}
