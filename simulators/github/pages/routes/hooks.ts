import type { Hono } from "hono";
import { html } from "hono/html";
import { hasRole } from "../../access.ts";
import { notFound } from "../../errors.ts";
import { fullName, type Repository } from "../../store/records.ts";
import type { Hook } from "../../webhooks/hooks.ts";
import { deliveryView } from "../delivery-view.ts";
import type { PageContext, Pages, PagesEnv } from "../page-context.ts";

const maxShown = 100;

/** Webhooks and their deliveries, for administrators: to others GitHub says that there is nothing. */
export function hookRoutes(app: Hono<PagesEnv>, pages: Pages): void {
  const administered = (c: PageContext): Repository => {
    const repository = pages.repository(c);
    if (!hasRole(repository, pages.acting(c), "admin")) throw notFound();
    return repository;
  };
  const hookOf = (c: PageContext): Hook => {
    const hook = pages.hooks.of(administered(c)).find(({ id }) => String(id) === c.req.param("hook"));
    if (!hook) throw notFound();
    return hook;
  };
  const pathOf = (hook: Hook) => `/${fullName(hook.repository)}/settings/hooks/${hook.id}`;

  app.get("/:owner/:repo/settings/hooks", (c) => {
    const repository = administered(c);
    const rows = pages.hooks.of(repository).map((hook) => {
      const last = pages.hooks.deliveries(hook).at(-1);
      return html`<li id="hook-${hook.id}"><div><p class="title"><a href="${pathOf(hook)}">${hook.url}</a></p><p class="muted">${hook.events.join(", ")}${hook.active ? "" : " · not active"}${last ? ` · last delivery: ${last.status ?? "under way"}` : ""}</p></div></li>`;
    });
    const content = html`<h1>Webhooks</h1>${rows.length > 0 ? html`<ul class="box rows">${rows}</ul>` : html`<p class="box empty">This repository has no webhooks: whoever wants to know what happens here must ask.</p>`}`;
    return pages.show(c, { title: "Webhooks", repository, tab: "hooks", content });
  });

  app.get("/:owner/:repo/settings/hooks/:hook", (c) => {
    const hook = hookOf(c);
    const deliveries = pages.hooks.deliveries(hook).reverse();
    const shown = deliveries.slice(0, maxShown).map((each) => deliveryView(each, pathOf(hook), pages.store.now()));
    const content = html`<h1>Deliveries</h1><p class="muted">To <code>${hook.url}</code>, newest first. A delivery is sent once, and never again by itself; the secret and what is signed with it are not shown.</p>
<ol class="box deliveries" reversed>${shown}</ol>${deliveries.length > maxShown ? html`<p class="muted">and ${deliveries.length - maxShown} older ones</p>` : ""}`;
    return pages.show(c, { title: "Deliveries", repository: hook.repository, tab: "hooks", content });
  });

  app.post("/:owner/:repo/settings/hooks/:hook/deliveries/:delivery/attempts", (c) => {
    const hook = hookOf(c);
    const delivery = pages.hooks.deliveries(hook).find(({ id }) => String(id) === c.req.param("delivery"));
    if (!delivery) throw notFound();
    pages.hooks.redeliver(delivery.id);
    pages.store.changed();
    return c.redirect(pathOf(hook), 303);
  });
}
