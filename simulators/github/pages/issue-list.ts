import { html } from "hono/html";
import { isPull } from "../actions/pulls.ts";
import { fullName, type Issue, type Repository } from "../store/records.ts";
import type { Markup } from "./markup.ts";
import type { Pages } from "./page-context.ts";
import { icon, standing } from "./parts/icons.ts";
import { label } from "./parts/labels.ts";
import { loginOf } from "./parts/people.ts";
import { ago } from "./parts/time.ts";
import type { Welcome } from "./welcome.ts";

export type ListKind = "issues" | "pulls";

/** The issues or the pull requests of a repository, newest first, by state. */
export function issueList(pages: Pages, repository: Repository, kind: ListKind, state: Issue["state"]): Markup {
  const all = [...repository.issues.values()].filter((issue) => isPull(issue) === (kind === "pulls")).reverse();
  const shown = all.filter((issue) => issue.state === state);
  const path = `/${fullName(repository)}/${kind}`;
  const filter = (wanted: Issue["state"], word: string) =>
    html`<a href="${path}${wanted === "closed" ? "?state=closed" : ""}" ${wanted === state ? html`aria-current="page"` : ""}>${word} <span class="count">${all.filter((issue) => issue.state === wanted).length}</span></a>`;
  const word = kind === "issues" ? "Issues" : "Pull requests";
  return html`<div class="heading"><h1>${word}</h1>${kind === "issues" ? html`<a class="button primary" href="${path}/new">New issue</a>` : ""}</div>
${
  all.length === 0
    ? emptyList(pages, repository, kind)
    : html`<nav class="filters" aria-label="State">${filter("open", "Open")}${filter("closed", "Closed")}</nav>
${shown.length === 0 ? html`<p class="box empty">Nothing is ${state} here.</p>` : html`<ul class="box rows">${shown.map((issue) => row(pages, issue))}</ul>`}`
}`;
}

function row(pages: Pages, issue: Issue): Markup {
  const { word, icon: name } = standing(issue);
  const comments = issue.comments.length;
  return html`<li id="row-${issue.number}">${icon(name)}<div><p class="title"><a href="${pages.pathOf(issue)}"><bdi>${issue.title}</bdi></a> ${issue.labels.map(label)}</p>
<p class="muted"><span class="hidden">${word}: </span>#${issue.number} opened ${ago(issue.createdAt, pages.store.now())} by ${loginOf(issue.author)}${comments > 0 ? ` · ${comments} comment${comments === 1 ? "" : "s"}` : ""}</p></div></li>`;
}

function emptyList({ welcome, texts }: Pages, repository: Repository, kind: ListKind): Markup {
  const path = `/${fullName(repository)}/issues`;
  if (kind === "pulls") return html`<p class="box empty">There are no pull requests yet.</p>`;
  if (!welcome) return html`<p class="box empty">There are no issues yet.</p>`;
  const [first, ...more] = welcome.examples;
  const fields = ({ title, body }: Welcome["examples"][number]) =>
    html`<input type="hidden" name="title" value="${title}"><input type="hidden" name="body" value="${body}">`;
  const another = more.map(
    (example) => html`<li><a href="${path}/new?${new URLSearchParams(example).toString()}">${example.title}</a></li>`,
  );
  return html`<section class="box welcome"><h2>Nothing here yet. Try it out</h2>
${first ? html`<form method="post" action="${path}" class="example">${fields(first)}<h3>${first.title}</h3><div class="markdown">${texts.render(first.body, repository, repository.owner)}</div><button class="primary">Open this issue</button> <a class="button" href="${path}/new?${new URLSearchParams(first).toString()}">Change it first</a></form>` : ""}
${more.length > 0 ? html`<p>Or begin with another one:</p><ul class="more">${another}</ul>` : ""}
<h3>What will happen</h3>
${steps(welcome)}</section>`;
}

/** What follows when an issue is opened. */
export function steps({ steps: all }: Welcome): Markup {
  return html`<ol class="steps">${all.map((step) => html`<li>${step}</li>`)}</ol>`;
}
