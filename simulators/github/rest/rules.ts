import { matchesGlob } from "node:path";
import type { Hono } from "hono";
import { demand } from "../access.ts";
import { notFound } from "../errors.ts";
import { fullName, type Repository, type Ruleset, type Viewer } from "../store/records.ts";
import { type Backend, type Env, numberParam, type RestContext } from "./context.ts";

/** Which rules hold for a branch, whether it exists or not: whoever may read the repository may ask. */
export function ruleRoutes(app: Hono<Env>, _backend: Backend): void {
  app.get("/repos/:owner/:repo/rules/branches/:branch{.+}", (c) => {
    const repository = readable(c);
    const branch = c.req.param("branch");
    return c.json(
      repository.rulesets
        .filter((ruleset) => appliesTo(ruleset, repository, branch))
        .flatMap(({ id, rules }) =>
          rules.map((rule) => ({
            ...rule,
            ruleset_source_type: "Repository",
            ruleset_source: fullName(repository),
            ruleset_id: id,
          })),
        ),
    );
  });

  app.get("/repos/:owner/:repo/rulesets/:id", (c) => {
    const repository = readable(c);
    const ruleset = repository.rulesets.find(({ id }) => id === numberParam(c.req.param("id")));
    if (!ruleset) throw notFound();
    return c.json(presentRuleset(repository, ruleset, c.get("viewer")));
  });
}

function readable(c: RestContext): Repository {
  const repository = c.get("repository");
  demand(repository, c.get("viewer"), { permission: "metadata", level: "read", role: "read" });
  return repository;
}

function appliesTo({ include }: Ruleset, { defaultBranch }: Repository, branch: string): boolean {
  return include.some((pattern) => {
    if (pattern === "~ALL") return true;
    if (pattern === "~DEFAULT_BRANCH") return branch === defaultBranch;
    return matchesGlob(`refs/heads/${branch}`, pattern);
  });
}

/** Without `bypass_actors`, which only who may change the rules is shown. */
function presentRuleset(repository: Repository, { id, name, include, rules, bypass }: Ruleset, { user }: Viewer) {
  return {
    id,
    name,
    target: "branch",
    source_type: "Repository",
    source: fullName(repository),
    enforcement: "active",
    current_user_can_bypass: user && bypass.has(user.id) ? "always" : "never",
    conditions: { ref_name: { include, exclude: [] } },
    rules,
  };
}
