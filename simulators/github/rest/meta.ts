import type { Hono } from "hono";
import { accountOf, type RateLimitState } from "../http/rate-limits.ts";
import type { Backend, Env } from "./context.ts";

export function metaRoutes(app: Hono<Env>, { limits, store }: Backend): void {
  app.get("/rate_limit", (c) => {
    const key = accountOf(c.get("viewer"));
    const shown = ({ limit, used, remaining, resetAt }: RateLimitState) => ({
      limit,
      used,
      remaining,
      reset: Math.ceil(resetAt / 1000),
    });
    const core = shown(limits.state(key, "core"));
    const graphql = shown(limits.state(key, "graphql"));
    return c.json({ resources: { core, graphql, search: { ...core, limit: 30, used: 0, remaining: 30 } }, rate: core });
  });

  app.get("/meta", (c) =>
    c.json({
      verifiable_password_authentication: false,
      hooks: ["127.0.0.1/32"],
      web: ["127.0.0.1/32"],
      api: ["127.0.0.1/32"],
      git: ["127.0.0.1/32"],
      domains: { website: [new URL(store.url).host] },
    }),
  );
}
