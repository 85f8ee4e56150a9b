import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { z } from "zod";
import { canSee } from "../access.ts";
import { GitHubError, notFound } from "../errors.ts";
import type { RateLimits } from "../http/rate-limits.ts";
import { apiUrl } from "../present/user.ts";
import type { Issue, Repository, Viewer } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { Hooks } from "../webhooks/hooks.ts";

/** What the routes work on. */
export interface Backend {
  readonly store: Store;
  readonly limits: RateLimits;
  readonly hooks: Hooks;
}

export interface Env {
  Bindings: HttpBindings;
  Variables: { viewer: Viewer; repository: Repository };
}
export type RestContext = Context<Env>;

/** The request's JSON object, checked. @throws {GitHubError} 400 or 422 in GitHub's words */
export async function readBody<S extends z.ZodType>(c: RestContext, schema: S): Promise<z.infer<S>> {
  const text = await c.req.text();
  let value: unknown;
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch {
    throw new GitHubError(400, "Problems parsing JSON");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  if (typeof value !== "object" || value === null) throw new GitHubError(400, "Body should be a JSON object");
  const [issue] = result.error.issues;
  const path = issue?.path.join("/") ?? "";
  const missing = issue !== undefined && !(String(issue.path[0]) in value);
  const detail = missing ? `"${path}" wasn't supplied.` : `For 'properties/${path}', ${issue?.message ?? "invalid"}.`;
  throw new GitHubError(422, `Invalid request.\n\n${detail}`);
}

export function numberParam(text: string | undefined): number {
  if (!text || !/^\d{1,15}$/.test(text)) throw notFound();
  return Number(text);
}

/**
 * The issue of the path's `:number`.
 * @throws {GitHubError} 404, or 410 when it was deleted, or 301 (with `Location`) when it was transferred
 */
export function issueParam(c: RestContext, backend: Backend): Issue {
  const repository = c.get("repository");
  const number = numberParam(c.req.param("number"));
  const issue = repository.issues.get(number);
  if (issue) return issue;
  const moved = repository.transferred.get(number);
  if (moved && canSee(moved.repository, c.get("viewer"))) {
    const rest = new URL(c.req.url).pathname.split(`/issues/${number}`)[1] ?? "";
    throw redirect(
      c.req.method,
      `${apiUrl(backend.store)}/repositories/${moved.repository.id}/issues/${moved.number}${rest}`,
    );
  }
  if (repository.deletedNumbers.has(number)) throw new GitHubError(410, "This issue was deleted");
  throw notFound();
}

/** GitHub's answer for what has moved: 301 for reads, 307 for the rest, so that bodies are sent again. */
export function redirect(method: string, location: string): GitHubError {
  const read = method === "GET" || method === "HEAD";
  return new GitHubError(read ? 301 : 307, read ? "Moved Permanently" : "Temporary Redirect", {
    headers: { location },
    more: { url: location },
  });
}

/** Cuts the page out that `page` and `per_page` (30, at most 100) ask for, and sets `Link`. */
export function paginate<T>(c: RestContext, backend: Backend, items: readonly T[]): T[] {
  const positive = (name: string, fallback: number): number => {
    const value = Number(c.req.query(name) ?? fallback);
    return Number.isInteger(value) && value > 0 ? value : fallback;
  };
  const size = Math.min(100, positive("per_page", 30));
  const page = positive("page", 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const to = (rel: string, number: number): string => {
    const url = new URL(c.req.url);
    url.searchParams.set("page", String(number));
    const path = `${url.pathname.replace(/^\/api\/v3/, "")}${url.search}`;
    const repository = c.get("repository") as Repository | undefined;
    const canonical = repository ? path.replace(/^\/repos\/[^/]+\/[^/]+/, `/repositories/${repository.id}`) : path;
    return `<${apiUrl(backend.store)}${canonical}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to("prev", Math.min(page - 1, last))] : []),
    ...(page < last ? [to("next", page + 1), to("last", last)] : []),
    ...(page > 1 ? [to("first", 1)] : []),
  ];
  if (links.length > 0) c.header("link", links.join(", "));
  return items.slice((page - 1) * size, page * size);
}

/** `true` in a query as GitHub reads it. */
export const nullableText = z.string({ error: () => "is not a string" }).nullish();
export const text = z.string({ error: () => "is not a string" });
