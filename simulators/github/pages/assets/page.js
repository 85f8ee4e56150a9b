// Keeps a page up to date while it is open. Everything works without it, by loading the page again.
/* global Idiomorph */

const news = document.getElementById("news");
const connection = document.getElementById("connection");
let asked = 0;
let shown = 0;
let shownText = "";

/** What each comment says in its first line, by id: what is read out when it changes. */
function said() {
  const lines = new Map();
  for (const card of document.querySelectorAll("[data-said]")) {
    const author = card.querySelector(".person")?.textContent ?? "";
    const text = card.querySelector("[data-text]")?.textContent.trim().split("\n", 1)[0] ?? "";
    lines.set(card.id, `${author}: ${text.slice(0, 150)}`);
  }
  return lines;
}

/** Turns the page into another version of itself. Focus, what is open, and what somebody is writing stay. */
function become(text) {
  if (text === shownText) return;
  shownText = text;
  const next = new DOMParser().parseFromString(text, "text/html");
  const before = said();
  for (const part of document.querySelectorAll("[data-live]")) {
    const incoming = next.getElementById(part.id);
    if (incoming) Idiomorph.morph(part, incoming, { restoreFocus: true, callbacks });
  }
  document.title = next.title;
  const changed = [...said()].filter(([id, line]) => before.get(id) !== line).map(([, line]) => line);
  if (changed.length > 0) news.textContent = changed.join(". ");
}

/** Forms that somebody may be writing in are left alone; what a person opened stays open. */
const callbacks = {
  beforeAttributeUpdated: (name, element) => !(name === "open" && element.tagName === "DETAILS"),
  beforeNodeMorphed: (old) => !(old instanceof HTMLElement && old.matches("form[data-keep], details[data-keep][open]")),
};

async function refresh() {
  const turn = ++asked;
  const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
  const text = await answer.text();
  if (turn < shown) return;
  shown = turn;
  // What was open is gone, or hidden from this person: the answer says so.
  become(text);
}

function tell(text) {
  connection.hidden = text === "";
  connection.textContent = text;
}

function follow() {
  const source = new EventSource("/-/changes");
  const update = () => refresh().then(() => tell(""), lost);
  const lost = () => tell("The connection is lost: the simulation may have ended. Trying again …");
  source.addEventListener("connected", update);
  source.addEventListener("changed", update);
  source.addEventListener("error", () => {
    lost();
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 2000);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

// Small buttons (a reaction, close, redeliver) leave the reader where they are.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-inline]") || form.dataset.plain) return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  const turn = ++asked;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });
    const text = await answer.text();
    if (answer.ok && turn >= shown) {
      shown = turn;
      become(text);
    }
    if (answer.ok) return;
  } catch {
    tell("The connection is lost: that was not done.");
    return;
  }
  // Refused, so nothing was done: asked again the plain way, the page says why.
  form.dataset.plain = "yes";
  form.requestSubmit(event.submitter);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target instanceof HTMLTextAreaElement)
    event.target.form?.requestSubmit();
  const menu = event.key === "Escape" ? document.querySelector("details.menu[open]") : null;
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

follow();
