import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { canSee } from "../access.ts";
import { isPull } from "../actions/pulls.ts";
import { actorFor } from "../actor.ts";
import { GitHubError, notFound } from "../errors.ts";
import { patchText } from "../git/history.ts";
import { exchangeOf } from "../http/exchange.ts";
import { issueHtmlUrl } from "../present/issue.ts";
import { iso } from "../present/user.ts";
import type { Env } from "../rest/context.ts";
import { type Authored, type Comment, fullName, type Issue, type Repository, type User } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { type Markup, page } from "./html.ts";

type PageContext = Context<Env>;
const none = html``;

/** Plain pages at the addresses the APIs give as `html_url`. Whom one acts as is a cookie, or `?as=login`. */
export function pagesApp(store: Store): Hono<Env> {
  const app = new Hono<Env>();

  const acting = (c: PageContext): User => {
    const people = [...store.users.values()].filter((user) => user.type === "User" && !user.deleted);
    const wanted = c.req.query("as") ?? getCookie(c, "acting");
    const user = people.find(({ login }) => login === wanted) ?? people[0];
    if (!user) throw notFound();
    return user;
  };
  const show = (c: PageContext, title: string, content: Markup) => {
    const logins = [...store.users.values()]
      .filter(({ type, deleted }) => type === "User" && !deleted)
      .map(({ login }) => login);
    return c.html(page(title, acting(c).login, logins, content));
  };
  const repositoryParam = (c: PageContext): Repository => {
    const repository = store.repositoryByName(c.req.param("owner") ?? "", c.req.param("repo") ?? "");
    if (!repository || !canSee(repository, { user: acting(c), token: null })) throw notFound();
    return repository;
  };
  const issueParam = (c: PageContext): Issue => {
    const issue = repositoryParam(c).issues.get(Number(c.req.param("number")));
    if (!issue) throw notFound();
    return issue;
  };

  app.use(async (c, next) => {
    // Another site's page must not be able to press the buttons here.
    const origin = c.req.header("origin");
    if (c.req.method === "POST" && origin !== undefined && origin !== `http://${c.req.header("host")}`) {
      throw new GitHubError(403, "cross-origin form refused");
    }
    await next();
    c.res.headers.set("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'");
    exchangeOf(c.env.incoming).status = c.res.status;
  });
  app.onError((error, c) => {
    const status = error instanceof GitHubError ? error.status : 500;
    exchangeOf(c.env.incoming).status = status;
    return c.text(`${status} ${error.message}\n`, status as ContentfulStatusCode);
  });

  app.get("/", (c) => {
    const visible = [...store.repositories.values()].filter((one) => canSee(one, { user: acting(c), token: null }));
    const rows = visible.map((one) => html`<li><a href="/${fullName(one)}/issues">${fullName(one)}</a></li>`);
    return show(c, "Repositories", html`<ul>${rows}</ul>`);
  });

  app.post("/-/acting", async (c) => {
    const { login } = await c.req.parseBody();
    setCookie(c, "acting", String(login), { httpOnly: true, sameSite: "Lax", path: "/" });
    return c.redirect(localPath(c.req.header("referer")), 303);
  });

  app.get("/:owner/:repo", (c) => c.redirect(`/${fullName(repositoryParam(c))}/issues`, 302));
  for (const list of ["issues", "pulls"] as const) {
    app.get(`/:owner/:repo/${list}`, (c) => {
      const repository = repositoryParam(c);
      const issues = [...repository.issues.values()].filter((issue) => isPull(issue) === (list === "pulls")).reverse();
      const name = fullName(repository);
      const nav = html`<p><a href="/${name}/issues">Issues</a> · <a href="/${name}/pulls">Pull requests</a></p>`;
      const form = html`<h2>New issue</h2><form method="post"><p><input name="title" placeholder="Title" required></p>
<p><textarea name="body" rows="6"></textarea></p><button>Submit new issue</button></form>`;
      return show(c, name, html`${nav}<ul>${issues.map(row)}</ul>${list === "issues" ? form : none}`);
    });
  }
  const row = (issue: Issue) => html`<li><a href="${pathOf(store, issue)}">#${issue.number} ${issue.title}</a>
${issue.state} ${labelsOf(issue)}</li>`;

  app.post("/:owner/:repo/issues", async (c) => {
    const { title = "", body = "" } = await c.req.parseBody();
    const issue = actorFor(store, acting(c)).openIssue(repositoryParam(c), {
      title: String(title),
      body: String(body),
    });
    return c.redirect(pathOf(store, issue), 303);
  });

  app.get("/:owner/:repo/:kind{issues|pull}/:number{[0-9]+}", async (c) => {
    const issue = issueParam(c);
    if ((c.req.param("kind") === "pull") !== isPull(issue)) return c.redirect(pathOf(store, issue), 302);
    const path = pathOf(store, issue);
    const state = html`<form method="post" action="${path}/state"><button>${issue.state === "open" ? "Close" : "Reopen"}</button></form>`;
    const head = html`<p>${issue.state} ${isPull(issue) && issue.pull.draft ? "draft" : ""} ${labelsOf(issue)}</p>${state}`;
    const comments = issue.comments.map((comment) => shownComment(path, comment));
    const form = html`<form method="post" action="${path}/comments"><textarea name="body" rows="4" required></textarea><button>Comment</button></form>`;
    const content = html`${head}${shownText(issue)}${await shownDiff(issue)}${comments}${form}`;
    return show(c, `#${issue.number} ${issue.title}`, content);
  });

  const issuePath = "/:owner/:repo/:kind{issues|pull}/:number{[0-9]+}";
  app.post(`${issuePath}/state`, (c) => {
    const issue = issueParam(c);
    const actor = actorFor(store, acting(c));
    if (issue.state === "open") actor.closeIssue(issue);
    else actor.reopenIssue(issue);
    return c.redirect(pathOf(store, issue), 303);
  });
  app.post(`${issuePath}/comments`, async (c) => {
    const issue = issueParam(c);
    const { body = "" } = await c.req.parseBody();
    actorFor(store, acting(c)).comment(issue, String(body));
    return c.redirect(pathOf(store, issue), 303);
  });
  app.post(`${issuePath}/comments/:id/thumbs-up`, (c) => {
    const issue = issueParam(c);
    const comment = issue.comments.find(({ id }) => String(id) === c.req.param("id"));
    if (!comment) throw notFound();
    const user = acting(c);
    const there = comment.reactions.some((one) => one.content === "+1" && one.user.id === user.id);
    if (there) actorFor(store, user).unreact(comment, "+1");
    else actorFor(store, user).react(comment, "+1");
    return c.redirect(`${pathOf(store, issue)}#issuecomment-${comment.id}`, 303);
  });
  return app;
}

const pathOf = (store: Store, issue: Issue): string => issueHtmlUrl(store, issue).slice(store.url.length);
const labelsOf = (issue: Issue) => issue.labels.map(({ name }) => html`<span class="label">${name}</span> `);

/** Where to go back to, never to another site. */
function localPath(referer: string | undefined): string {
  return referer && URL.canParse(referer) ? new URL(referer).pathname.replace(/^\/+/, "/") : "/";
}

function shownText(text: Authored): Markup {
  const edited =
    text.lastEditedAt === null ? "" : ` · edited ${iso(text.lastEditedAt)} by ${text.editor?.login ?? "ghost"}`;
  return html`<article><p><b>${text.author.deleted ? "ghost" : text.author.login}</b> ${iso(text.createdAt)}${edited}</p><pre>${text.body ?? ""}</pre></article>`;
}

function shownComment(path: string, comment: Comment): Markup {
  const thumbs = comment.reactions.filter((one) => one.content === "+1").map((one) => one.user.login);
  const button = html`<form method="post" action="${path}/comments/${comment.id}/thumbs-up"><button title="${thumbs.join(", ")}">👍 ${thumbs.length}</button></form>`;
  const text = html`<div id="issuecomment-${comment.id}">${shownText(comment)}${button}</div>`;
  return comment.minimizedReason === null
    ? text
    : html`<details><summary>Hidden as ${comment.minimizedReason}</summary>${text}</details>`;
}

async function shownDiff(issue: Issue): Promise<Markup> {
  if (!isPull(issue)) return none;
  const { folder } = issue.repository;
  const diff = await patchText(folder, `${issue.pull.baseSha}...${issue.pull.headSha}`);
  return html`<p>${issue.pull.headBranch} → ${issue.pull.baseBranch}</p><pre>${diff}</pre>`;
}
