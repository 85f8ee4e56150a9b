import { RequestError } from "@octokit/request-error";
import type { ListedLogin } from "./config.ts";

/** One account as GitHub knows it. */
export interface Account {
  id: number;
  login: string;
  type: string;
}

/**
 * The numeric ids of the listed logins; from here on only ids decide, for logins can change hands.
 * `find` looks an account up and rejects with Octokit's RequestError when there is none.
 * @throws Error naming every login that is unknown, is not a person's account, or has another id than was given.
 */
export async function resolveLogins(
  listed: readonly ListedLogin[],
  find: (login: string) => Promise<Account>,
): Promise<number[]> {
  const resolved = await Promise.all(listed.map((each) => resolveLogin(each, find)));
  const faults = resolved.flatMap((each) => ("fault" in each ? each.fault : []));
  if (faults.length > 0) throw new Error(`CODEX_TRIGGER_LOGINS: ${faults.join("; ")}`);
  return [...new Set(resolved.flatMap((each) => ("id" in each ? each.id : [])))];
}

async function resolveLogin(
  { login, id }: ListedLogin,
  find: (login: string) => Promise<Account>,
): Promise<{ id: number } | { fault: string }> {
  let account: Account;
  try {
    account = await find(login);
  } catch (error) {
    if (error instanceof RequestError && error.status === 404)
      return { fault: `there is no GitHub account ${login}; correct the login` };
    throw error;
  }
  if (account.type !== "User") return { fault: `${login} is of type ${account.type}; list people only` };
  if (id !== undefined && account.id !== id)
    return { fault: `${login} has the id ${account.id}, not ${id}; it may be somebody else's account by now` };
  return { id: account.id };
}
