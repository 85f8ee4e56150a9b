import type { Hono } from "hono";
import { canSee } from "../access.ts";
import { GitHubError, notFound } from "../errors.ts";
import { presentRepository } from "../present/repository.ts";
import { presentPublicUser } from "../present/user.ts";
import { type Backend, type Env, numberParam, paginate } from "./context.ts";

export function userRoutes(app: Hono<Env>, backend: Backend): void {
  const { store } = backend;
  app.get("/user", (c) => {
    const { user, token } = c.get("viewer");
    if (token?.installation) throw new GitHubError(403, "Resource not accessible by integration");
    if (!user) throw new GitHubError(401, "Requires authentication");
    return c.json(presentPublicUser(store, user));
  });

  // Repositories of one's own, and those that one was let in to; the public ones of others are not among them.
  app.get("/user/repos", (c) => {
    const viewer = c.get("viewer");
    const { user, token } = viewer;
    if (token?.installation) throw new GitHubError(403, "Resource not accessible by integration");
    if (!user) throw new GitHubError(401, "Requires authentication");
    const all = [...store.repositories.values()]
      .filter((repository) => repository.owner.id === user.id || repository.collaborators.has(user.id))
      .filter((repository) => canSee(repository, viewer));
    return c.json(paginate(c, backend, all).map((repository) => presentRepository(store, repository, user)));
  });

  app.get("/user/:id", (c) => {
    const user = store.users.get(numberParam(c.req.param("id")));
    if (!user || user.deleted) throw notFound();
    return c.json(presentPublicUser(store, user));
  });

  app.get("/users/:login", (c) => {
    const user = store.userByLogin(c.req.param("login"));
    if (!user) throw notFound();
    return c.json(presentPublicUser(store, user));
  });
}
