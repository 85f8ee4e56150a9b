import type { Hono } from "hono";
import { canSee, demand, hasRole, roleOf } from "../access.ts";
import { forbidden, notFound } from "../errors.ts";
import { presentRepository } from "../present/repository.ts";
import { presentUser } from "../present/user.ts";
import { type Backend, type Env, numberParam } from "./context.ts";

const legacyNames = {
  admin: "admin",
  maintain: "write",
  write: "write",
  triage: "read",
  read: "read",
  none: "none",
} as const;

export function repositoryRoutes(app: Hono<Env>, { store }: Backend): void {
  // The middleware's pattern "/repos/:owner/:repo/*" matches here too.
  app.get("/repos/:owner/:repo", (c) => c.json(presentRepository(store, c.get("repository"), c.get("viewer").user)));

  // Known ids are rewritten to the path with names before routing; what arrives here is unknown.
  app.get("/repositories/:id", (c) => {
    const repository = store.repositories.get(numberParam(c.req.param("id")));
    if (!repository || !canSee(repository, c.get("viewer"))) throw notFound();
    return c.json(presentRepository(store, repository, c.get("viewer").user));
  });

  app.get("/repos/:owner/:repo/collaborators/:login/permission", (c) => {
    const repository = c.get("repository");
    demand(repository, c.get("viewer"), { permission: "metadata", level: "read", role: "read" });
    if (!c.get("viewer").token?.installation && !hasRole(repository, c.get("viewer").user, "write"))
      throw forbidden("Must have push access to view collaborator permission.");
    const user = store.userByLogin(c.req.param("login"));
    if (!user) throw notFound();
    const role = roleOf(repository, user);
    const permissions = {
      admin: hasRole(repository, user, "admin"),
      maintain: hasRole(repository, user, "maintain"),
      push: hasRole(repository, user, "write"),
      triage: hasRole(repository, user, "triage"),
      pull: hasRole(repository, user, "read"),
    };
    return c.json({
      permission: legacyNames[role],
      role_name: role,
      user: { ...presentUser(store, user), permissions, role_name: role },
    });
  });
}
