import type { Hono } from "hono";
import { html } from "hono/html";
import { isPull } from "../../actions/pulls.ts";
import { notFound } from "../../errors.ts";
import { fullName, type Repository, type User } from "../../store/records.ts";
import type { Markup } from "../markup.ts";
import type { Pages, PagesEnv } from "../page-context.ts";
import { avatar, loginOf, roleWord } from "../parts/people.ts";
import { ago } from "../parts/time.ts";

export function repositoryRoutes(app: Hono<PagesEnv>, pages: Pages): void {
  const list = (repositories: readonly Repository[], acting: User): Markup =>
    repositories.length === 0
      ? html`<p class="box empty">There is no repository here that you may see.</p>`
      : html`<ul class="box rows">${repositories.map((repository) => row(repository, acting))}</ul>`;
  const row = (repository: Repository, acting: User): Markup => {
    const open = [...repository.issues.values()].filter(({ state }) => state === "open");
    const pulls = open.filter(isPull).length;
    const counted = (count: number, word: string) => `${count} open ${word}${count === 1 ? "" : "s"}`;
    return html`<li id="repository-${repository.id}">${avatar(repository.owner)}<div><p class="title"><a href="/${fullName(repository)}/issues">${fullName(repository)}</a> <span class="pill">${repository.private ? "private" : "public"}</span></p>
<p class="muted">${counted(open.length - pulls, "issue")} · ${counted(pulls, "pull request")} · pushed ${ago(repository.pushedAt, pages.store.now())} · you: ${roleWord(repository, acting)}</p></div></li>`;
  };

  app.get("/", (c) => {
    const visible = [...pages.store.repositories.values()].filter((one) => pages.canSee(c, one));
    const content = html`<h1>Repositories</h1>${list(visible, pages.acting(c))}`;
    return pages.show(c, { title: "Repositories", content });
  });
  app.get("/:owner/:repo", (c) => c.redirect(`/${fullName(pages.repository(c))}/issues`, 302));
  app.get("/:owner", (c) => {
    const owner = pages.store.userByLogin(c.req.param("owner"));
    if (!owner) throw notFound();
    const theirs = [...pages.store.repositories.values()].filter((one) => one.owner === owner && pages.canSee(c, one));
    const content = html`<h1>${loginOf(owner)}</h1>${list(theirs, pages.acting(c))}`;
    return pages.show(c, { title: loginOf(owner), content });
  });
}
