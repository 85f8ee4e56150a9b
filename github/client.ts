import { createHash } from "node:crypto";
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { restEndpointMethods } from "@octokit/plugin-rest-endpoint-methods";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { type AppClient, createAppClient } from "./app-client.ts";
import type { AppCredential, TokenScope } from "./credential.ts";
import { type GraphQl, queryThrough } from "./graphql.ts";
import { installationAuth } from "./installation-auth.ts";
import { installationTokens } from "./installation-tokens.ts";

const Rest = Octokit.plugin(restEndpointMethods, paginateRest, retry, throttling);
/** GraphQL queries change nothing, but throttling would pace them like writes: one a second. */
const Query = Octokit.plugin(retry);

/**
 * Octokit with the endpoints, pagination, bounded retries and GitHub's rate limits honoured; `query` reads by GraphQL
 * (mutations go through `graphql`, which paces them as the writes they are).
 */
export type GitHub = InstanceType<typeof Rest> & {
  readonly query: GraphQl;
  /** What git takes for a password, beside the user `x-access-token`: of an App good for some minutes, so asked for anew. */
  readonly accessToken: () => Promise<string>;
  /** What a GitHub App asks as itself; undefined with the token of an account. */
  readonly app?: AppClient;
};

/** Who signs in; of an App, with what its tokens are limited to. */
export type SignIn = { token: string } | { app: AppCredential; scope: TokenScope };

export type GitHubOptions = SignIn & {
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
};

const silent = { debug() {}, info() {}, warn() {}, error() {} };
/** What the client itself got wrong stays wrong; 429 is throttling's affair. */
const doNotRetry = [400, 401, 403, 404, 410, 422, 429, 451];

/**
 * The one way to talk to GitHub's API. A request that *creates* something must pass `request: { retries: 0 }`: its answer
 * may have been lost after the thing was made, so the caller looks before it tries again.
 * (GitHub: "Best practices for using the REST API": serial writes, `retry-after`, `x-ratelimit-reset`.)
 */
export function createGitHub(options: GitHubOptions): GitHub {
  const { baseUrl, timeoutMs = 10_000, retries = 3, maxRetryAfterSeconds = 60, signal } = options;
  const log = options.log ?? silent;
  const giveUp =
    (kind: string) => (retryAfter: number, request: { method: string; url: string }, _: unknown, count: number) => {
      const again = count < retries && retryAfter <= maxRetryAfterSeconds;
      const verdict = again ? "trying again" : "giving up";
      log.warn(`${kind} limit of GitHub on ${request.method} ${request.url}, ${verdict}: wait ${retryAfter} s`);
      return again;
    };
  const common = {
    ...(baseUrl && { baseUrl: baseUrl.replace(/\/+$/, "") }),
    userAgent: "froussard",
    // Called without their object, which a logger may need.
    log: { ...silent, debug: (text: string) => log.debug(text), warn: (text: string) => log.warn(text) },
    retry: { retries, doNotRetry },
    request: {
      fetch: (url: string, init: RequestInit = {}) => {
        const others = [signal, init.signal].filter((each) => each !== undefined && each !== null);
        return fetch(url, { ...init, signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...others]) });
      },
    },
  };
  const { account, accessToken, auth, app } = signIn(options, common);
  const shared = { ...common, ...auth };
  const rest = new Rest({
    ...shared,
    throttle: {
      enabled: options.paceWrites ?? true,
      // The pace is kept for each account, also by several clients of one process.
      id: createHash("sha256").update(account).digest("hex").slice(0, 16),
      onRateLimit: giveUp("primary"),
      onSecondaryRateLimit: giveUp("secondary"),
    },
  });
  const query = queryThrough(new Query(shared).graphql);
  return Object.assign(rest, { query, accessToken, ...(app && { app }) });
}

function signIn(options: SignIn, common: object) {
  if ("token" in options) {
    const { token } = options;
    return { account: token, accessToken: async () => token, auth: { auth: token } };
  }
  const { app: credential, scope } = options;
  const app = createAppClient(credential, common);
  const tokens = installationTokens({ mint: () => app.mint(scope) });
  return {
    // The rate limits are the installation's, whichever of its tokens is in use.
    account: `installation ${credential.installationId}`,
    accessToken: () => tokens.current(),
    auth: { authStrategy: installationAuth, auth: tokens },
    app,
  };
}

/**
 * Address of a repository for git, from the API's address: `https://github.com/owner/name.git`. The API of github.com
 * and of `<company>.ghe.com` has a host of its own, a GitHub Enterprise Server has one for both.
 */
export function gitUrl(apiBaseUrl: string | undefined, repository: string): string {
  const api = new URL(apiBaseUrl ?? "https://api.github.com");
  const host = /^api\.(?:github\.com|[^.]+\.ghe\.com)$/.test(api.host) ? api.host.slice("api.".length) : api.host;
  return `${api.protocol}//${host}/${repository}.git`;
}
