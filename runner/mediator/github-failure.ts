import { RunFailure } from "@froussard/contract";
import { AppAccessError } from "@froussard/github/app-access-error";
import { RequestError } from "@octokit/request-error";
import * as z from "zod";

/** What Octokit's `GraphqlResponseError` holds of GitHub's answer. */
const graphqlErrors = z.object({ errors: z.array(z.object({ type: z.string().optional(), message: z.string() })) });

/** What GitHub answers where there is nothing (for this token), and where an issue was deleted or issues are switched off. */
const absentStatuses: readonly number[] = [404, 410];

/** Whether GitHub says that there is no such thing, or none that this token may see. */
export function isNotFound(error: unknown): boolean {
  if (error instanceof RequestError) return absentStatuses.includes(error.status);
  const response = graphqlErrors.safeParse(error);
  return (
    response.success &&
    response.data.errors.length > 0 &&
    response.data.errors.every(({ type }) => type === "NOT_FOUND")
  );
}

/**
 * An error of GitHub's API as the failure it means for a run. Time-outs, lost connections, 5xx and rate limits that
 * outlasted the client's retries are `github-unavailable`.
 */
export function githubFailure(error: unknown, doing: string): RunFailure {
  if (error instanceof RunFailure) return error;
  const cause = { cause: error };
  if (error instanceof AppAccessError)
    return new RunFailure(error.kind === "key" ? "bad-credentials" : "forbidden", error.message, cause);
  if (error instanceof RequestError) {
    const { status } = error;
    const limited =
      status === 429 ||
      (status === 403 &&
        (error.response?.headers["x-ratelimit-remaining"] === "0" || /rate limit/i.test(error.message)));
    const said = `${doing}: GitHub answered ${status}`;
    if (status === 401) return new RunFailure("bad-credentials", said, cause);
    if (limited) return new RunFailure("github-unavailable", `${said} (rate limit)`, cause);
    if (status === 403 || absentStatuses.includes(status)) return new RunFailure("forbidden", said, cause);
    if (status >= 500) return new RunFailure("github-unavailable", said, cause);
    return new RunFailure("internal", said, cause);
  }
  const response = graphqlErrors.safeParse(error);
  if (response.success) {
    const types = response.data.errors.map(({ type }) => type);
    if (types.includes("FORBIDDEN") || types.includes("NOT_FOUND"))
      return new RunFailure("forbidden", `${doing}: GitHub does not show this to the token`, cause);
    return new RunFailure("github-unavailable", `${doing}: GitHub answered an error`, cause);
  }
  if (error instanceof TypeError || (error instanceof Error && /abort|timeout/i.test(error.name)))
    return new RunFailure("github-unavailable", `${doing}: GitHub could not be reached`, cause);
  return new RunFailure("internal", doing, cause);
}
