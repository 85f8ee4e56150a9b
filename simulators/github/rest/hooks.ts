import type { Hono } from "hono";
import { z } from "zod";
import { demand } from "../access.ts";
import { notFound } from "../errors.ts";
import type { Level, Repository } from "../store/records.ts";
import { presentDelivery, presentDeliveryItem, presentHook } from "../webhooks/present.ts";
import { type Backend, type Env, numberParam, type RestContext, readBody, text } from "./context.ts";

const newHook = z.object({
  config: z.object({ url: text, secret: text.optional(), content_type: z.literal("json") }),
  events: z.array(text).default(["push"]),
});

export function hookRoutes(app: Hono<Env>, { store, hooks }: Backend): void {
  const administered = (c: RestContext, level: Level = "read"): Repository => {
    const repository = c.get("repository");
    demand(repository, c.get("viewer"), { permission: "repository_hooks", level, role: "admin" });
    return repository;
  };
  const hookParam = (c: RestContext) => {
    const hook = hooks.of(administered(c)).find(({ id }) => id === numberParam(c.req.param("hook")));
    if (!hook) throw notFound();
    return hook;
  };
  const deliveryParam = (c: RestContext) => {
    const delivery = hooks.deliveries(hookParam(c)).find(({ id }) => id === numberParam(c.req.param("delivery")));
    if (!delivery) throw notFound();
    return delivery;
  };

  app.get("/repos/:owner/:repo/hooks", (c) =>
    c.json(hooks.of(administered(c)).map((hook) => presentHook(store, hook))),
  );
  // Form-encoded deliveries, GitHub's default, are not simulated: `content_type` must be "json".
  app.post("/repos/:owner/:repo/hooks", async (c) => {
    const repository = administered(c, "write");
    const { config, events } = await readBody(c, newHook);
    const { url, secret } = config;
    const hook = hooks.add(repository, { url, events, ...(secret === undefined ? {} : { secret }) });
    return c.json(presentHook(store, hook), 201);
  });
  app.get("/repos/:owner/:repo/hooks/:hook", (c) => c.json(presentHook(store, hookParam(c))));

  // Newest first; the cursor is a delivery's id.
  app.get("/repos/:owner/:repo/hooks/:hook/deliveries", (c) => {
    const size = Math.min(100, Number(c.req.query("per_page") ?? 30) || 30);
    const cursor = Number(c.req.query("cursor") ?? Number.POSITIVE_INFINITY);
    const older = hooks
      .deliveries(hookParam(c))
      .filter((delivery) => delivery.id <= cursor && delivery.status !== null)
      .sort((a, b) => b.id - a.id);
    const next = older[size];
    if (next) {
      const url = new URL(`${store.url}${c.req.path}`);
      url.searchParams.set("per_page", String(size));
      url.searchParams.set("cursor", String(next.id));
      c.header("link", `<${url.href}>; rel="next"`);
    }
    return c.json(older.slice(0, size).map(presentDeliveryItem));
  });
  app.get("/repos/:owner/:repo/hooks/:hook/deliveries/:delivery", (c) => c.json(presentDelivery(deliveryParam(c))));
  app.post("/repos/:owner/:repo/hooks/:hook/deliveries/:delivery/attempts", (c) => {
    hooks.redeliver(deliveryParam(c).id);
    return c.json({}, 202);
  });
}
