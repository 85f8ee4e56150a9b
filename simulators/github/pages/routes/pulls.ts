import type { Hono } from "hono";
import { html } from "hono/html";
import { isPull, type PullIssue } from "../../actions/pulls.ts";
import { notFound } from "../../errors.ts";
import { changedFiles, log, mergeBase } from "../../git/history.ts";
import { diffView, visible } from "../diff-view.ts";
import type { PageContext, Pages, PagesEnv } from "../page-context.ts";
import { ago } from "../parts/time.ts";
import { pullHead } from "../pull-head.ts";

/** The commits and the changed files of a pull request. */
export function pullRoutes(app: Hono<PagesEnv>, pages: Pages): void {
  const pullOf = (c: PageContext): PullIssue => {
    const issue = pages.issue(c);
    if (!isPull(issue)) throw notFound();
    return issue;
  };

  app.get("/:owner/:repo/pull/:number{[0-9]+}/commits", async (c) => {
    const issue = pullOf(c);
    const { folder } = issue.repository;
    const commits = await log(folder, `${issue.pull.baseSha}..${issue.pull.headSha}`);
    const rows = commits.reverse().map(({ sha, message, author }) => {
      const [subject = "", ...rest] = message.split("\n");
      const more = rest.join("\n").trim();
      return html`<li><div><p class="title">${visible(subject)}</p>${more ? html`<details id="commit-${sha}"><summary>More</summary><pre>${more}</pre></details>` : ""}
<p class="muted">${author.name} · ${ago(Date.parse(author.date), pages.store.now())}</p></div><code>${sha.slice(0, 8)}</code></li>`;
    });
    const content = html`${pullHead(pages, issue, "commits")}<h2 class="hidden">Commits</h2><ul class="box rows commits">${rows}</ul>`;
    return pages.show(c, { title: `Commits · #${issue.number}`, repository: issue.repository, tab: "pulls", content });
  });

  app.get("/:owner/:repo/pull/:number{[0-9]+}/files", async (c) => {
    const issue = pullOf(c);
    const { folder } = issue.repository;
    const { baseSha, headSha } = issue.pull;
    // What the branch changes, whatever has happened on the base branch since.
    const files = await changedFiles(folder, (await mergeBase(folder, baseSha, headSha)) ?? baseSha, headSha);
    const sum = (key: "additions" | "deletions") => files.reduce((total, file) => total + file[key], 0);
    const content = html`${pullHead(pages, issue, "files")}<h2 class="sum">${files.length} file${files.length === 1 ? "" : "s"} changed <span class="plus">+${sum("additions")}</span> <span class="minus">−${sum("deletions")}</span></h2>${files.map(diffView)}`;
    return pages.show(c, { title: `Files · #${issue.number}`, repository: issue.repository, tab: "pulls", content });
  });
}
