import type { Hono } from "hono";
import { z } from "zod";
import { covers } from "../access.ts";
import { GitHubError, notFound } from "../errors.ts";
import type { Tokens } from "../http/tokens.ts";
import { presentApp, presentInstallation } from "../present/app.ts";
import { presentRepository } from "../present/repository.ts";
import { iso } from "../present/user.ts";
import { type App, type Installation, type Permissions, permissionNames, type Repository } from "../store/records.ts";
import { type Backend, type Env, numberParam, paginate, type RestContext, readBody, text } from "./context.ts";

const narrowing = z.object({
  repositories: z.array(text).optional(),
  repository_ids: z.array(z.int()).optional(),
  permissions: z.record(text, z.enum(["read", "write", "admin"])).optional(),
});

/** What an App asks by its key, as itself. Nobody else may, and it may ask nothing else this way. */
export const isAppPath = (path: string): boolean =>
  /^\/api\/v3\/(?:app(?:\/installations\/\d+(?:\/access_tokens)?)?|repos\/[^/]+\/[^/]+\/installation)$/.test(path);

export function appRoutes(app: Hono<Env>, backend: Backend, tokens: Tokens): void {
  const { store } = backend;

  app.get("/app", (c) => c.json(presentApp(store, appIn(c))));

  app.get("/app/installations/:id", (c) => c.json(presentInstallation(store, installationParam(c))));

  app.post("/app/installations/:id/access_tokens", async (c) => {
    const installation = installationParam(c);
    if (installation.suspendedAt !== null) throw new GitHubError(403, "This installation has been suspended");
    const asked = await readBody(c, narrowing);
    const all = repositoriesOf(backend, installation);
    const chosen = chosenRepositories(all, asked);
    const permissions = granted(installation, asked.permissions);
    const ids = chosen && new Set(chosen.map(({ id }) => id));
    const { value, expiresAt } = tokens.issueFor(installation, permissions, ids);
    return c.json(
      {
        token: value,
        expires_at: iso(expiresAt ?? 0),
        permissions,
        repository_selection: chosen || installation.repositories ? "selected" : "all",
        ...(chosen && { repositories: chosen.map((repository) => presentRepository(store, repository)) }),
      },
      201,
    );
  });

  app.get("/repos/:owner/:repo/installation", (c) => {
    const { owner, repo } = c.req.param();
    const repository = store.repositoryByName(owner, repo);
    const found = appIn(c).installations.find((installation) => repository && covers(installation, repository));
    if (!found) throw notFound();
    return c.json(presentInstallation(store, found));
  });

  app.get("/installation/repositories", (c) => {
    const { token, user } = c.get("viewer");
    if (!token?.installation) throw new GitHubError(403, "You must authenticate with an installation access token");
    const all = repositoriesOf(backend, token.installation).filter(({ id }) => token.repositories?.has(id) ?? true);
    return c.json({
      total_count: all.length,
      repository_selection: token.installation.repositories ? "selected" : "all",
      repositories: paginate(c, backend, all).map((repository) => presentRepository(store, repository, user)),
    });
  });
}

/** @throws {GitHubError} 401 unless an App signed in by its key */
function appIn(c: RestContext): App {
  const { app } = c.get("viewer");
  if (!app) throw new GitHubError(401, "A JSON web token could not be decoded");
  return app;
}

function installationParam(c: RestContext): Installation {
  const id = numberParam(c.req.param("id"));
  const found = appIn(c).installations.find((installation) => installation.id === id && !installation.removed);
  if (!found) throw notFound();
  return found;
}

function repositoriesOf({ store }: Backend, installation: Installation): Repository[] {
  return [...store.repositories.values()].filter((repository) => covers(installation, repository));
}

/** Null when none were named: the token is for all then. */
function chosenRepositories(all: readonly Repository[], asked: z.infer<typeof narrowing>): Repository[] | null {
  if (!asked.repositories && !asked.repository_ids) return null;
  const chosen = [
    ...(asked.repositories ?? []).map((name) => all.find((one) => one.name.toLowerCase() === name.toLowerCase())),
    ...(asked.repository_ids ?? []).map((id) => all.find((one) => one.id === id)),
  ];
  const missing =
    "There is at least one repository that does not exist or is not accessible to the parent installation.";
  const found = chosen.filter((one) => one !== undefined);
  if (found.length === 0 || found.length < chosen.length) throw new GitHubError(422, missing);
  return [...new Set(found)];
}

function granted({ permissions }: Installation, asked: Record<string, string> | undefined): Permissions {
  if (!asked) return permissions;
  const name = (given: string) => permissionNames.find((known) => known === given);
  const allowed = Object.entries(asked).every(([given, level]) => {
    const known = name(given);
    const held = known === "metadata" ? "read" : known && permissions[known];
    return held === level || (held === "write" && level === "read");
  });
  if (!allowed) throw new GitHubError(422, "The permissions requested are not granted to this installation.");
  return { metadata: "read", ...asked };
}
