import type { Hono } from "hono";
import { html } from "hono/html";
import { isPull } from "../../actions/pulls.ts";
import { reactionContent } from "../../actions/reactions.ts";
import { type Comment, fullName, type Issue } from "../../store/records.ts";
import { issueList } from "../issue-list.ts";
import { conversation, issueHead } from "../issue-page.ts";
import { issuePath, type PageContext, type Pages, type PagesEnv } from "../page-context.ts";
import { pullHead } from "../pull-head.ts";

export function issueRoutes(app: Hono<PagesEnv>, pages: Pages): void {
  for (const kind of ["issues", "pulls"] as const) {
    app.get(`/:owner/:repo/${kind}`, (c) => {
      const repository = pages.repository(c);
      const state = c.req.query("state") === "closed" ? "closed" : "open";
      const title = `${kind === "issues" ? "Issues" : "Pull requests"} · ${fullName(repository)}`;
      return pages.show(c, { title, repository, tab: kind, content: issueList(pages, repository, kind, state) });
    });
  }

  // GitHub fills the form from the same query.
  app.get("/:owner/:repo/issues/new", (c) => {
    const repository = pages.repository(c);
    const { title = "", body = "" } = c.req.query();
    const content = html`<h1>New issue</h1><form method="post" action="/${fullName(repository)}/issues" class="card write" data-keep>
<p><label for="title">Title</label><input id="title" name="title" value="${title}" required maxlength="256" autocomplete="off"></p>
<p><label for="body">Description, as Markdown</label><textarea id="body" name="body" rows="10">${`\n${body}`}</textarea></p>
<div class="foot"><button class="primary">Open issue</button></div></form>`;
    return pages.show(c, { title: "New issue", repository, tab: "issues", content });
  });
  app.post("/:owner/:repo/issues", async (c) => {
    const { title, body } = await textsOf(c, "title", "body");
    return c.redirect(pages.pathOf(pages.actor(c).openIssue(pages.repository(c), { title, body })), 303);
  });

  app.get(issuePath, async (c) => {
    const issue = pages.issue(c);
    if ((c.req.param("kind") === "pull") !== isPull(issue)) return c.redirect(pages.pathOf(issue), 302);
    const title = `${issue.title} · ${issue.pull ? "Pull request" : "Issue"} #${issue.number}`;
    const head = isPull(issue) ? pullHead(pages, issue, "conversation") : issueHead(pages, issue);
    return pages.show(c, {
      title,
      repository: issue.repository,
      tab: issue.pull ? "pulls" : "issues",
      content: html`${head}${await conversation(pages, pages.acting(c), issue)}`,
    });
  });

  app.post(`${issuePath}/state`, (c) => {
    const issue = pages.issue(c);
    if (issue.state === "open") pages.actor(c).closeIssue(issue);
    else pages.actor(c).reopenIssue(issue);
    return c.redirect(pages.pathOf(issue), 303);
  });
  app.post(`${issuePath}/edit`, async (c) => {
    const issue = pages.issue(c);
    pages.actor(c).editIssue(issue, await textsOf(c, "title", "body"));
    return c.redirect(pages.pathOf(issue), 303);
  });
  app.post(`${issuePath}/comments`, async (c) => {
    const { body } = await textsOf(c, "body");
    return backTo(c, pages, pages.actor(c).comment(pages.issue(c), body));
  });
  app.post(`${issuePath}/comments/:comment/edit`, async (c) => {
    const { body } = await textsOf(c, "body");
    return backTo(c, pages, pages.actor(c).editComment(pages.comment(c), body));
  });

  /** A second press takes the reaction back. */
  const toggle = async (c: PageContext, target: Issue | Comment) => {
    const { content } = await textsOf(c, "content");
    const wanted = reactionContent(content);
    const acting = pages.acting(c);
    const there = target.reactions.some((one) => one.content === wanted && one.user.id === acting.id);
    if (there) pages.actor(c).unreact(target, wanted);
    else pages.actor(c).react(target, wanted);
    return backTo(c, pages, target);
  };
  app.post(`${issuePath}/reactions`, async (c) => await toggle(c, pages.issue(c)));
  app.post(`${issuePath}/comments/:comment/reactions`, async (c) => await toggle(c, pages.comment(c)));
}

/** Fields of a form; what is missing is empty, and refused by whoever needs it. */
async function textsOf<N extends string>(c: PageContext, ...names: readonly N[]): Promise<Record<N, string>> {
  const form = await c.req.parseBody();
  const entries = names.map((name) => [name, typeof form[name] === "string" ? form[name] : ""] as const);
  return Object.fromEntries(entries) as Record<N, string>;
}

function backTo(c: PageContext, pages: Pages, target: Issue | Comment): Response {
  const anchor = target.kind === "comment" ? `#issuecomment-${target.id}` : "";
  return c.redirect(`${pages.pathOf(target.kind === "comment" ? target.issue : target)}${anchor}`, 303);
}
