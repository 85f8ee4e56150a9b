import { html } from "hono/html";
import { hasRole } from "../access.ts";
import { closingPulls } from "../actions/pulls.ts";
import type { Issue, User } from "../store/records.ts";
import { steps } from "./issue-list.ts";
import type { Markup } from "./markup.ts";
import type { Pages } from "./page-context.ts";
import { icon, standing } from "./parts/icons.ts";
import { label } from "./parts/labels.ts";
import { avatar, loginOf, person, roleWord } from "./parts/people.ts";
import { ago } from "./parts/time.ts";
import { timeline } from "./timeline.ts";

/** The title of an issue or pull request, with its state in words. */
export function issueHead(pages: Pages, issue: Issue, more: Markup | string = ""): Markup {
  const { word, icon: name } = standing(issue);
  return html`<div class="head"><h1><bdi>${issue.title}</bdi> <span class="number">#${issue.number}</span></h1>
<p><span class="state ${name}">${icon(name)} ${word}</span> <span class="muted">${person(issue.author)} opened this ${ago(issue.createdAt, pages.store.now())}</span> ${more}</p></div>`;
}

/** Conversation and what one may do; the same for issues and pull requests. */
export async function conversation(pages: Pages, acting: User, issue: Issue): Promise<Markup> {
  const path = pages.pathOf(issue);
  const canWrite = !issue.repository.archived && (!issue.locked || hasRole(issue.repository, acting, "write"));
  const comment = html`<form method="post" action="${path}/comments" class="card write" id="write" data-keep>
<h2><label for="comment">Add a comment</label></h2>
<textarea id="comment" name="body" rows="4" required aria-describedby="comment-hint" placeholder="Markdown works here"></textarea>
<div class="foot"><p class="muted" id="comment-hint">${avatar(acting)} You are ${person(acting)}.</p><button class="primary">Comment</button></div></form>`;
  const state = html`<form method="post" action="${path}/state" class="quiet" data-inline><button id="state">${issue.state === "open" ? "Close" : "Reopen"} this ${issue.pull ? "pull request" : "issue"}</button></form>`;
  return html`<div class="columns"><div>${await timeline(pages, acting, issue)}
${waiting(pages, issue)}
${canWrite ? html`${comment}${state}` : html`<p class="box empty">This is locked: only people who may write can comment.</p>`}</div>
${aside(pages, issue)}</div>`;
}

/** While nobody has answered, a newcomer wants to know whether anything will happen. */
function waiting({ welcome }: Pages, issue: Issue): Markup | string {
  if (!welcome || issue.pull || issue.state === "closed" || issue.comments.length > 0) return "";
  return html`<section class="box welcome" id="waiting"><h2>What happens now</h2>${steps(welcome)}<p class="muted">This page follows by itself: there is no need to reload it.</p></section>`;
}

function aside(pages: Pages, issue: Issue): Markup {
  const pulls = issue.pull ? [] : closingPulls(pages.store, issue);
  const linked = pulls.map(
    (pull) =>
      html`<li>${icon(standing(pull).icon)} <a href="${pages.pathOf(pull)}"><bdi>${pull.title}</bdi> #${pull.number}</a> <span class="muted">${standing(pull).word.toLowerCase()}</span></li>`,
  );
  const authors = [issue, ...issue.comments].map(({ author }) => author);
  const people = [...new Set(authors)].map(
    (user) =>
      html`<li>${avatar(user)} ${loginOf(user)} <span class="muted">${roleWord(issue.repository, user)}</span></li>`,
  );
  return html`<aside aria-label="About this ${issue.pull ? "pull request" : "issue"}">
<section><h2>Labels</h2><p>${issue.labels.length > 0 ? issue.labels.map(label) : html`<span class="muted">none</span>`}</p></section>
${issue.pull ? "" : html`<section><h2>Pull requests</h2>${linked.length > 0 ? html`<ul>${linked}</ul>` : html`<p class="muted">none yet</p>`}</section>`}
<section><h2>People</h2><ul>${people}</ul></section></aside>`;
}
