import type { GitHub } from "./client.ts";

/** The account that acts. */
export interface Account {
  id: number;
  login: string;
}

/** Who we are on GitHub: the token's owner, or the account of the App. Rejects with what Octokit rejects with. */
export async function ownAccount(github: GitHub): Promise<Account> {
  // An installation has no `GET /user`.
  const { data } = github.app
    ? await github.rest.users.getByUsername({ username: `${await github.app.slug()}[bot]` })
    : await github.rest.users.getAuthenticated();
  return { id: Number(data.id), login: data.login };
}
