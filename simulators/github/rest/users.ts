import type { Hono } from "hono";
import { GitHubError, notFound } from "../errors.ts";
import { presentPublicUser } from "../present/user.ts";
import { type Backend, type Env, numberParam } from "./context.ts";

export function userRoutes(app: Hono<Env>, { store }: Backend): void {
  app.get("/user", (c) => {
    const { user, token } = c.get("viewer");
    if (token?.installation) throw new GitHubError(403, "Resource not accessible by integration");
    if (!user) throw new GitHubError(401, "Requires authentication");
    return c.json(presentPublicUser(store, user));
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
