import { html } from "hono/html";
import { hasRole } from "../access.ts";
import type { Authored, Comment, Issue, IssueEvent, User } from "../store/records.ts";
import type { Markup } from "./markup.ts";
import type { Pages } from "./page-context.ts";
import { label } from "./parts/labels.ts";
import { avatar, person } from "./parts/people.ts";
import { reactions } from "./parts/reactions.ts";
import { ago } from "./parts/time.ts";

/** The first text, then comments and events in the order in which they came. */
export async function timeline(pages: Pages, acting: User, issue: Issue): Promise<Markup> {
  const first = card(pages, acting, issue, {
    id: `issue-${issue.number}`,
    path: pages.pathOf(issue),
    text: issue,
    mayEdit: mayEdit(acting, issue, issue),
    title: issue.title,
  });
  const entries = [
    ...issue.comments.map((comment) => ({ at: comment.createdAt, view: shownComment(pages, acting, comment) })),
    ...issue.events.map((event) => ({ at: event.createdAt, view: shownEvent(pages, event) })),
  ].sort((a, b) => a.at - b.at);
  return html`<h2 class="hidden">Conversation</h2><ol class="timeline"><li>${first}</li>${entries.map(({ view }) => view)}</ol>`;
}

function mayEdit(acting: User, issue: Issue, text: Authored): boolean {
  return acting.id === text.author.id || hasRole(issue.repository, acting, "write");
}

function shownComment(pages: Pages, acting: User, comment: Comment): Markup {
  const id = `issuecomment-${comment.id}`;
  const shown = card(pages, acting, comment.issue, {
    id,
    path: `${pages.pathOf(comment.issue)}/comments/${comment.id}`,
    text: comment,
    mayEdit: mayEdit(acting, comment.issue, comment),
  });
  const reason = comment.minimizedReason;
  return html`<li>${reason === null ? shown : html`<details class="minimized" id="minimized-${comment.id}"><summary>A comment by ${person(comment.author)} was hidden as ${reason}</summary>${shown}</details>`}</li>`;
}

interface Card {
  id: string;
  /** Where its forms go. */
  path: string;
  text: Authored;
  mayEdit: boolean;
  /** Present when it has a title that can be edited, too. */
  title?: string;
}

/** A text of a person with its reactions, and what the acting person may do with it. */
async function card(pages: Pages, acting: User, issue: Issue, { id, path, text, ...more }: Card): Promise<Markup> {
  const { author, createdAt, lastEditedAt, editor } = text;
  const now = pages.store.now();
  const edited =
    lastEditedAt === null
      ? ""
      : html` <span class="muted">· edited ${ago(lastEditedAt, now)}${editor && editor.id !== author.id ? html` by ${person(editor)}` : ""}</span>`;
  return html`<article id="${id}" class="card" aria-labelledby="${id}-by" data-said>
<div class="by"><h3 id="${id}-by">${avatar(author)} ${person(author)} <span class="muted"><span class="hidden">wrote</span> <a href="#${id}">${ago(createdAt, now)}</a></span>${edited}</h3></div>
<div class="markdown" dir="auto" data-text>${await pages.texts.show(text, issue.repository)}</div>
<div class="foot">${reactions(text, acting, { path: `${path}/reactions`, id })}${more.mayEdit ? editForm({ id, path, text, ...more }) : ""}</div>
</article>`;
}

function editForm({ id, path, text, title }: Card): Markup {
  return html`<details class="edit" id="edit-${id}" data-keep><summary>Edit</summary>
<form method="post" action="${path}/edit">
${title === undefined ? "" : html`<p><label for="title-${id}">Title</label><input id="title-${id}" name="title" value="${title}" required maxlength="256"></p>`}
<p><label for="body-${id}">Text, as Markdown</label><textarea id="body-${id}" name="body" rows="10">${
    // The parser drops a line end right behind the tag.
    `\n${text.body ?? ""}`
  }</textarea></p>
<button class="primary">Save</button></form></details>`;
}

function shownEvent(pages: Pages, event: IssueEvent): Markup {
  const { actor, createdAt, event: kind } = event;
  const what =
    event.label && (kind === "labeled" || kind === "unlabeled")
      ? html`${kind === "labeled" ? "added" : "took away"} ${label(event.label)}`
      : event.rename
        ? html`changed the title from <del><bdi>${event.rename.from}</bdi></del> to <bdi>${event.rename.to}</bdi>`
        : html`${kind} this`;
  return html`<li class="event" id="event-${event.id}">${avatar(actor)} <p>${person(actor)} ${what} <span class="muted">${ago(createdAt, pages.store.now())}</span></p></li>`;
}
