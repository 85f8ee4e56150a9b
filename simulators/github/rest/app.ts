import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { canSee } from "../access.ts";
import { GitHubError, notFound } from "../errors.ts";
import { exchangeOf } from "../http/exchange.ts";
import { accountOf } from "../http/rate-limits.ts";
import { anonymous, type Tokens } from "../http/tokens.ts";
import { apiUrl, iso } from "../present/user.ts";
import type { Token } from "../store/records.ts";
import { appRoutes, isAppPath } from "./apps.ts";
import { commentRoutes } from "./comments.ts";
import { type Backend, type Env, redirect } from "./context.ts";
import { gitRoutes } from "./git.ts";
import { hookRoutes } from "./hooks.ts";
import { issueRoutes } from "./issues.ts";
import { labelRoutes } from "./labels.ts";
import { metaRoutes } from "./meta.ts";
import { pullRoutes } from "./pulls.ts";
import { reactionRoutes } from "./reactions.ts";
import { repositoryRoutes } from "./repositories.ts";
import { ruleRoutes } from "./rules.ts";
import { userRoutes } from "./users.ts";

/** An answered REST call, for checks against GitHub's description. */
export interface Answer {
  method: string;
  /** Path below the API's root, without the query. */
  path: string;
  status: number;
  body: unknown;
}

/** The REST API, to be mounted at `/api/v3`. */
export function restApp(backend: Backend, tokens: Tokens, onAnswer: (answer: Answer) => void): Hono<Env> {
  const { store, limits } = backend;
  const app = new Hono<Env>();

  app.onError((error, c) => answerError(c, error));

  app.use(async (c, next) => {
    const exchange = exchangeOf(c.env.incoming);
    const viewer = viewerOf(tokens, c.req.header("authorization"), c.req.path);
    c.set("viewer", viewer instanceof GitHubError ? anonymous : viewer);
    exchange.login = c.get("viewer").user?.login ?? null;
    const key = accountOf(c.get("viewer"));
    const free = c.req.path.endsWith("/rate_limit");
    if (viewer instanceof GitHubError) c.res = answerError(c, viewer);
    else if (!free && limits.state(key, "core").remaining === 0)
      c.res = answerError(c, exhausted(c.get("viewer").user?.id));
    else await next();

    const tag =
      c.req.method === "GET" && c.res.status === 200
        ? await entityTag(c.res, c.get("viewer").token?.value ?? "")
        : null;
    const known =
      tag !== null && (c.req.header("if-none-match") ?? "").split(/, */).some((one) => weak(one) === weak(tag));
    exchange.rateLimitUsed = free || known || viewer instanceof GitHubError ? 0 : 1;
    if (c.res.status !== 403 || limits.state(key, "core").remaining > 0)
      limits.spend(key, "core", exchange.rateLimitUsed);
    if (known) c.res = new Response(null, { status: 304 });
    if (tag) c.res.headers.set("etag", tag);
    for (const [name, value] of Object.entries(commonHeaders(exchange.requestId, c.get("viewer").token))) {
      c.res.headers.set(name, value);
    }
    c.res.headers.set("date", new Date(store.now()).toUTCString());
    for (const [name, value] of Object.entries(limits.headers(key, "core"))) c.res.headers.set(name, value);
    exchange.status = c.res.status;
    await observe(c, onAnswer);
  });

  // Before the check of who may see a repository: the App itself sees none.
  appRoutes(app, backend, tokens);

  app.use("/repos/:owner/:repo/*", async (c, next) => {
    const { owner, repo } = c.req.param();
    const repository = store.repositoryByName(owner, repo);
    if (repository && canSee(repository, c.get("viewer"))) {
      c.set("repository", repository);
      return await next();
    }
    const moved = repository ? undefined : store.repositoryByFormerName(owner, repo);
    if (!moved || !canSee(moved, c.get("viewer"))) throw notFound();
    const { pathname, search } = new URL(c.req.url);
    const rest = pathname.split("/").slice(6).join("/");
    throw redirect(c.req.method, `${apiUrl(store)}/repositories/${moved.id}${rest ? `/${rest}` : ""}${search}`);
  });

  for (const routes of [
    metaRoutes,
    userRoutes,
    repositoryRoutes,
    ruleRoutes,
    commentRoutes,
    reactionRoutes,
    issueRoutes,
    labelRoutes,
    gitRoutes,
    pullRoutes,
    hookRoutes,
  ]) {
    routes(app, backend);
  }
  app.all("*", () => {
    throw notFound();
  });
  return app;
}

function viewerOf(tokens: Tokens, header: string | undefined, path: string) {
  try {
    const viewer = tokens.viewer(header);
    return viewer.app && !isAppPath(path) ? new GitHubError(401, "Bad credentials") : viewer;
  } catch (error) {
    if (error instanceof GitHubError) return error;
    throw error;
  }
}

function exhausted(userId: number | undefined): GitHubError {
  const whom = userId === undefined ? "127.0.0.1" : `user ID ${userId}`;
  return new GitHubError(403, `API rate limit exceeded for ${whom}.`, {
    documentation: "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting",
  });
}

export function answerError(c: Context, error: unknown): Response {
  if (error instanceof GitHubError) {
    return c.json(error.body(), error.status as ContentfulStatusCode, error.headers);
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return c.json({ message: "Server Error", simulator: detail }, 500);
}

const weak = (tag: string): string => tag.trim().replace(/^W\//, "");

async function entityTag(response: Response, key: string): Promise<string> {
  const body = await response.clone().text();
  return `W/"${createHash("sha256").update(key).update("\0").update(body).digest("hex")}"`;
}

function commonHeaders(requestId: string, token: Token | null): Record<string, string> {
  const expiresAt = token?.installation ? null : token?.expiresAt;
  return {
    "x-github-request-id": requestId,
    "x-github-media-type": "github.v3; format=json",
    "x-github-api-version-selected": "2022-11-28",
    "cache-control": "private, max-age=60, s-maxage=60",
    ...(token?.scopes ? { "x-oauth-scopes": token.scopes.join(", ") } : {}),
    // GitHub: "2023-01-31 23:00:00 UTC", and for some accounts "2023-04-26 23:23:18 +0200".
    ...(expiresAt
      ? { "github-authentication-token-expiration": `${iso(expiresAt).replace("T", " ").replace("Z", " UTC")}` }
      : {}),
  };
}

async function observe(c: Context<Env>, onAnswer: (answer: Answer) => void): Promise<void> {
  const text = await c.res.clone().text();
  const path = c.req.path.replace(/^\/api\/v3/, "");
  const json = c.res.headers.get("content-type")?.includes("json");
  onAnswer({
    method: c.req.method,
    path,
    status: c.res.status,
    body: text !== "" && json ? JSON.parse(text) : undefined,
  });
}
