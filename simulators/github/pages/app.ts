import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { forbidden, GitHubError, notFound } from "../errors.ts";
import { exchangeOf } from "../http/exchange.ts";
import type { Store } from "../store/store.ts";
import type { Hooks } from "../webhooks/hooks.ts";
import { rememberActing } from "./acting.ts";
import { errorPage } from "./error-page.ts";
import { type PageContext, Pages, type PagesEnv } from "./page-context.ts";
import { assetRoutes } from "./routes/assets.ts";
import { changeRoutes } from "./routes/changes.ts";
import { hookRoutes } from "./routes/hooks.ts";
import { issueRoutes } from "./routes/issues.ts";
import { pullRoutes } from "./routes/pulls.ts";
import { repositoryRoutes } from "./routes/repositories.ts";
import type { Welcome } from "./welcome.ts";

/** Everything comes from here, and nothing in a page's text can run or style anything. */
const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Longer than any text that is accepted, in the worst encoding. */
const maxFormBytes = 1024 * 1024;

/** A small GitHub to click in, at the addresses that the APIs give as `html_url`. */
export function pagesApp(parts: { store: Store; hooks: Hooks; welcome?: Welcome | undefined }): Hono<PagesEnv> {
  const { store } = parts;
  const pages = new Pages({ ...parts, welcome: parts.welcome });
  const app = new Hono<PagesEnv>();

  app.use(async (c, next) => {
    demandOwnPage(c);
    await next();
    c.res.headers.set("content-security-policy", policy);
    c.res.headers.set("x-content-type-options", "nosniff");
    c.res.headers.set("referrer-policy", "same-origin");
    exchangeOf(c.env.incoming).status = c.res.status;
  });
  app.use(bodyLimit({ maxSize: maxFormBytes }));
  app.onError((error, c) => {
    if (error instanceof GitHubError) return refuse(c, error);
    exchangeOf(c.env.incoming).status = 500;
    return c.text(`500 The simulation has a fault: ${error.stack ?? error.message}\n`, 500);
  });
  const refuse = (c: PageContext, error: GitHubError) => {
    exchangeOf(c.env.incoming).status = error.status;
    c.status(error.status as ContentfulStatusCode);
    // Without any account there is nobody to show a page to.
    if (store.users.size === 0) return c.text(`${error.status} ${error.message}\n`);
    return pages.show(c, errorPage(error, pages.acting(c), localPath(c.req.header("referer"))));
  };

  app.post("/-/acting", async (c) => {
    const { login } = await c.req.parseBody();
    if (typeof login !== "string" || !store.userByLogin(login)) throw notFound();
    rememberActing(c, login);
    return c.redirect(localPath(c.req.header("referer")), 303);
  });
  for (const routes of [changeRoutes, issueRoutes, pullRoutes, hookRoutes, repositoryRoutes]) routes(app, pages);
  assetRoutes(app);
  app.all("*", () => {
    throw notFound();
  });
  return app;
}

/** Another site must be able neither to press buttons here, nor to read pages under a name of its own. */
function demandOwnPage(c: PageContext): void {
  const host = c.req.header("host") ?? "";
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)) throw forbidden(`host ${host} is not this machine`);
  const origin = c.req.header("origin");
  if (c.req.method === "POST" && origin !== undefined && origin !== `http://${host}`)
    throw forbidden("cross-origin form refused");
}

/** Where to go back to, never to another site. */
function localPath(referer: string | undefined): string {
  if (!referer || !URL.canParse(referer)) return "/";
  const { pathname, search } = new URL(referer);
  return pathname.replace(/^\/+/, "/") + search;
}
