import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { restEndpointMethods } from "@octokit/plugin-rest-endpoint-methods";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import type { GraphQl } from "./read-snapshot.ts";

const Client = Octokit.plugin(restEndpointMethods, paginateRest, retry, throttling);

/** Octokit with the endpoints, pagination, bounded retries and GitHub's rate limits honoured. */
export type GitHub = InstanceType<typeof Client>;

export interface GitHubOptions {
  /** Token of the automation account; never logged. */
  token: string;
  /** @default "https://api.github.com"; `https://<host>/api/v3` for GitHub Enterprise Server */
  baseUrl?: string;
  /** Time limit of one request, its retries not counted. @default 10_000 */
  timeoutMs?: number;
  /** Retries of a request that GitHub answered with 5xx or not at all, and of one it throttled. @default 3 */
  retries?: number;
  /** Longest wait that GitHub may ask of us before a throttled request is given up. @default 60 */
  maxRetryAfterSeconds?: number;
  /** Keep a second between writes, as GitHub asks; switched off only against a simulator. @default true */
  paceWrites?: boolean;
  /** Ends every request when the process shuts down. */
  signal?: AbortSignal;
  log?: { debug(message: string): void; warn(message: string): void };
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * The one way to talk to GitHub's API. A request that *creates* something must pass `request: { retries: 0 }`: its answer
 * may have been lost after the thing was made, so the caller looks before it tries again.
 * (GitHub: "Best practices for using the REST API": serial writes, `retry-after`, `x-ratelimit-reset`.)
 */
export function createGitHub(options: GitHubOptions): GitHub {
  const { token, baseUrl, timeoutMs = 10_000, retries = 3, maxRetryAfterSeconds = 60, signal } = options;
  const log = options.log ?? silent;
  const giveUp =
    (kind: string) => (retryAfter: number, request: { method: string; url: string }, _: unknown, count: number) => {
      const again = count < retries && retryAfter <= maxRetryAfterSeconds;
      log.warn(
        `${kind} limit of GitHub on ${request.method} ${request.url}, ${again ? "trying again" : "giving up"}: wait ${retryAfter} s`,
      );
      return again;
    };
  return new Client({
    auth: token,
    ...(baseUrl && { baseUrl: baseUrl.replace(/\/+$/, "") }),
    userAgent: "froussard",
    log: { ...silent, debug: log.debug, warn: log.warn },
    retry: { retries, doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451] },
    throttle: {
      enabled: options.paceWrites ?? true,
      onRateLimit: giveUp("primary"),
      onSecondaryRateLimit: giveUp("secondary"),
    },
    request: {
      fetch: (url: string, init: RequestInit = {}) => {
        const signals = [
          AbortSignal.timeout(timeoutMs),
          ...(signal ? [signal] : []),
          ...(init.signal ? [init.signal] : []),
        ];
        return fetch(url, { ...init, signal: AbortSignal.any(signals) });
      },
    },
  });
}

/** The client's GraphQL as {@link GraphQl}; rejects with Octokit's `GraphqlResponseError` when GitHub answers errors. */
export function graphqlOf(github: GitHub): GraphQl {
  return (query, variables) => github.graphql(query, variables);
}

/** Address of a repository for git, from the API's address: `https://github.com/owner/name.git`. */
export function gitUrl(apiBaseUrl: string | undefined, repository: string): string {
  const api = new URL(apiBaseUrl ?? "https://api.github.com");
  const host = api.host === "api.github.com" ? "github.com" : api.host;
  return `${api.protocol}//${host}/${repository}.git`;
}
