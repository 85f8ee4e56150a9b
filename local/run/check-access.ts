import { AppAccessError } from "@froussard/github/app-access-error";
import type { GitHub } from "@froussard/github/client";
import { type Account, ownAccount } from "@froussard/github/own-account";
import { RequestError } from "@octokit/request-error";
import { SettingsError } from "./settings.ts";

/**
 * Asks GitHub whose token it is and whether it sees the repositories, before anything is started.
 * @throws SettingsError with everything that is wrong and what to do about it; Error when GitHub is not there.
 */
export async function checkAccess(github: GitHub, repositories: readonly string[]): Promise<Account> {
  const account = await whoAmI(github);
  const faults = await Promise.all(repositories.map((name) => faultOf(github, name, account.login)));
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length > 0) throw new SettingsError(found);
  return account;
}

async function whoAmI(github: GitHub): Promise<Account> {
  try {
    return await ownAccount(github);
  } catch (error) {
    if (error instanceof AppAccessError) throw new SettingsError([error.message]);
    if (error instanceof RequestError && error.status === 401)
      throw new SettingsError(["GITHUB_TOKEN is refused by GitHub (401); create a new token and export it"]);
    throw new Error(unreachable(github, error), { cause: error });
  }
}

async function faultOf(github: GitHub, name: string, login: string): Promise<string | undefined> {
  const [owner = "", repo = ""] = name.split("/");
  try {
    // A public repository is there for every App to see, installed on it or not.
    if (github.app && (await github.app.installationOn(name))?.id !== github.app.installationId)
      return `--repo ${name} does not exist or the App is not installed on it; check the name, or add it to the installation`;
    await github.rest.repos.get({ owner, repo });
    return undefined;
  } catch (error) {
    if (error instanceof AppAccessError) return error.message;
    if (error instanceof RequestError && error.status === 404)
      return `--repo ${name} does not exist or ${login} may not see it; check the name, or give ${login} access`;
    throw new Error(unreachable(github, error), { cause: error });
  }
}

/** GitHub's own words, or the system's, and where it was looked for. */
function unreachable(github: GitHub, error: unknown): string {
  const address = github.request.endpoint("GET /").url.replace(/\/$/, "");
  const status = error instanceof RequestError && error.response ? `answered ${error.status}` : "cannot be reached";
  const reason = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : "";
  return `GitHub at ${address} ${status} (${reason}); check the address and the network, and https://www.githubstatus.com`;
}
