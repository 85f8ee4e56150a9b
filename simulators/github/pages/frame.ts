import { html } from "hono/html";
import { hasRole } from "../access.ts";
import { isPull } from "../actions/pulls.ts";
import { fullName, type Repository, type User } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { peopleOf } from "./acting.ts";
import type { Markup } from "./markup.ts";
import type { Page, Tab } from "./page-context.ts";
import { avatar, person, roleWord } from "./parts/people.ts";

/** The frame of every page. It works without its script, which only keeps what is shown up to date. */
export function frame({ store }: { store: Store }, acting: User, page: Page): Markup {
  const { title, content, repository, tab } = page;
  const live = page.refusal ? "" : html` data-live`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title} · Simulated GitHub</title>
<link rel="icon" href="/-/assets/icon.svg">
<link rel="stylesheet" href="/-/assets/page.css">
<script src="/-/assets/idiomorph.js" defer></script>
<script src="/-/assets/page.js" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header class="top" id="top"${live}>
<p class="brand"><a href="/"><span aria-hidden="true">◆</span> Simulated GitHub</a> <span class="pill">nothing here leaves this machine</span></p>
${switcher(store, acting, repository)}
</header>
<p id="connection" class="flash" role="alert" hidden></p>
<p id="news" class="hidden" role="status"></p>
<main id="content" tabindex="-1"${live}>
${repository ? repositoryHead(repository, acting, tab) : ""}
${content}
</main>
<footer><p>A simulation of GitHub for trying things out. Merging, reviews and checks are not simulated.</p></footer>
</body>
</html>`;
}

/** Who one is, and a way to be somebody else. */
function switcher(store: Store, acting: User, repository: Repository | undefined): Markup {
  const scene = repository ?? store.repositories.values().next().value;
  const role = (user: User) => (scene ? html` <span class="muted">${roleWord(scene, user)}</span>` : "");
  const rows = peopleOf(store).map(
    (user) =>
      html`<button name="login" value="${user.login}" ${user === acting ? html`aria-current="true"` : ""}>${avatar(user)} ${person(user)}${role(user)}</button>`,
  );
  return html`<details class="menu" id="switcher"><summary>${avatar(acting)} <span><span class="muted">You are</span> ${person(acting)}</span></summary>
<form method="post" action="/-/acting"><p class="muted">Be somebody else:</p>${rows}</form></details>`;
}

function repositoryHead(repository: Repository, acting: User, current: Tab | undefined): Markup {
  const name = fullName(repository);
  const open = [...repository.issues.values()].filter(({ state }) => state === "open");
  const pulls = open.filter(isPull).length;
  const tabs: { tab: Tab; path: string; word: string; count?: number }[] = [
    { tab: "issues", path: "issues", word: "Issues", count: open.length - pulls },
    { tab: "pulls", path: "pulls", word: "Pull requests", count: pulls },
    ...(hasRole(repository, acting, "admin")
      ? [{ tab: "hooks" as const, path: "settings/hooks", word: "Webhooks" }]
      : []),
  ];
  const links = tabs.map(
    ({ tab, path, word, count }) =>
      html`<a href="/${name}/${path}" ${tab === current ? html`aria-current="page"` : ""}>${word}${count === undefined ? "" : html` <span class="count">${count}</span>`}</a>`,
  );
  const kind = repository.archived ? "archived" : repository.private ? "private" : "public";
  return html`<div class="repository"><p class="path"><a href="/${repository.owner.login}">${repository.owner.login}</a> / <a href="/${name}"><b>${repository.name}</b></a> <span class="pill">${kind}</span></p>
<nav class="tabs" aria-label="Repository">${links}</nav></div>`;
}
