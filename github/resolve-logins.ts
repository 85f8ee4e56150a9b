import { RequestError } from "@octokit/request-error";
import type { GitHub } from "./client.ts";

/**
 * Numeric ids of the accounts in a list of `login` or `login:id` (the setting `CODEX_TRIGGER_LOGINS`), in its order.
 * Logins change hands; with the id beside it a login that now means somebody else is noticed. Whoever cannot be found is
 * left out, and `warn` hears why: that one of many has closed their account must not stop what the others decide.
 * @throws Error with all faults when nobody is left; what Octokit throws when GitHub cannot be asked.
 */
export async function resolveLogins(
  github: GitHub,
  entries: readonly string[],
  warn: (message: string) => void,
): Promise<number[]> {
  const answers = await Promise.all(entries.map((entry) => resolveLogin(github, entry)));
  const faults = answers.filter((answer) => typeof answer === "string");
  const ids = answers.filter((answer) => typeof answer === "number");
  if (ids.length === 0) throw new Error(`CODEX_TRIGGER_LOGINS: ${faults.join("; ")}`);
  for (const fault of faults) warn(`CODEX_TRIGGER_LOGINS: ${fault}; the others can decide`);
  return ids;
}

/** The id, or what is wrong with the entry. */
async function resolveLogin(github: GitHub, entry: string): Promise<number | string> {
  const [login = "", expected] = entry.split(":");
  try {
    const { data } = await github.rest.users.getByUsername({ username: login });
    if (data.type !== "User") return `${login} is a ${data.type}, not a person's account; list people only`;
    if (expected !== undefined && String(data.id) !== expected)
      return `${login} has the id ${data.id}, not ${expected}; check that it still is the same person`;
    return Number(data.id);
  } catch (error) {
    if (error instanceof RequestError && error.status === 404)
      return `there is no account ${login}; correct or remove it`;
    throw error;
  }
}
