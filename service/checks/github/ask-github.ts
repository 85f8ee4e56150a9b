import { AppAccessError } from "@froussard/github/app-access-error";
import { RequestError } from "@octokit/request-error";

type Headers = Readonly<Record<string, string | number | undefined>>;

/** What GitHub answered, or why it did not: the facts that verdicts are made of. */
export type GitHubAnswer<T> =
  | { kind: "answer"; data: T; headers: Headers }
  | { kind: "refused"; status: number; message: string; headers: Headers }
  /** The App cannot sign in, or may not; the message says what to correct. */
  | { kind: "app"; message: string }
  | { kind: "unreachable"; reason: string };

/** Asks once, and takes every answer for a fact. Rejects only with what is a mistake of ours. */
export async function askGitHub<T>(ask: () => Promise<{ data: T; headers: Headers }>): Promise<GitHubAnswer<T>> {
  try {
    const { data, headers } = await ask();
    return { kind: "answer", data, headers };
  } catch (error) {
    if (error instanceof AppAccessError) return { kind: "app", message: error.message };
    if (error instanceof RequestError && error.response)
      return { kind: "refused", status: error.status, message: error.message, headers: error.response.headers };
    if (error instanceof RequestError) return { kind: "unreachable", reason: reasonOf(error) };
    throw error;
  }
}

/** The system's own words for what went wrong, which stand in the innermost cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message || error.name;
}

/** Refusals that are about neither the token's rights nor the thing asked for, with what to do. */
export function generalRefusal(answer: GitHubAnswer<unknown>): { found: string; fix: string } | undefined {
  if (answer.kind === "unreachable")
    return { found: `GitHub cannot be reached (${answer.reason})`, fix: "check the network and GITHUB_API_BASE_URL" };
  if (answer.kind === "app") return { found: "GitHub gives the App no token", fix: answer.message };
  if (answer.kind !== "refused") return undefined;
  const { status, message, headers } = answer;
  if (headers["x-github-sso"] !== undefined)
    return {
      found: "the organization demands single sign-on, for which the token is not authorized",
      fix: "authorize it: GitHub → Settings → Developer settings → Personal access tokens → Configure SSO",
    };
  if ((status === 403 || status === 429) && (headers["x-ratelimit-remaining"] === "0" || /rate limit/i.test(message))) {
    const reset = Number(headers["x-ratelimit-reset"]);
    const until = reset > 0 ? ` until ${new Date(reset * 1000).toISOString().slice(11, 16)} UTC` : "";
    return { found: `GitHub's rate limit of this account is used up${until}`, fix: "wait until then, and start again" };
  }
  if (status >= 500)
    return {
      found: `GitHub answered ${status}`,
      fix: "try again later; https://www.githubstatus.com tells of outages",
    };
  return undefined;
}
