import type { GitHub } from "@froussard/github/client";
import { askGitHub, type GitHubAnswer } from "./ask-github.ts";

/** One entry of CODEX_TRIGGER_LOGINS, and what GitHub tells of it. */
export interface ApproverFacts {
  login: string;
  /** The id that the entry gave beside the login. */
  expectedId?: string | undefined;
  user: GitHubAnswer<{ id: number | bigint; login: string; type: string }>;
  /** By repository: the highest of all that the account was granted there. */
  permissions: ReadonlyMap<string, GitHubAnswer<{ permission: string }>>;
}

/** Asks who a login is and what it may do in the repositories. */
export async function readApprover(
  github: GitHub,
  entry: string,
  repositories: readonly string[],
): Promise<ApproverFacts> {
  const [login = "", expectedId] = entry.split(":");
  const [user, permissions] = await Promise.all([
    askGitHub(() => github.rest.users.getByUsername({ username: login })),
    Promise.all(
      repositories.map(async (name) => {
        const [owner = "", repo = ""] = name.split("/");
        const ask = () => github.rest.repos.getCollaboratorPermissionLevel({ owner, repo, username: login });
        return [name, await askGitHub(ask)] as const;
      }),
    ),
  ]);
  return { login, expectedId, user, permissions: new Map(permissions) };
}
