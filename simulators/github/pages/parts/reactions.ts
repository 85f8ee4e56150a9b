import { html } from "hono/html";
import { type Authored, type ReactionContent, reactionContents, type User } from "../../store/records.ts";
import type { Markup } from "../markup.ts";
import { loginOf } from "./people.ts";

const signs: Record<ReactionContent, { sign: string; word: string }> = {
  "+1": { sign: "👍", word: "thumbs up" },
  "-1": { sign: "👎", word: "thumbs down" },
  laugh: { sign: "😄", word: "laugh" },
  confused: { sign: "😕", word: "confused" },
  heart: { sign: "❤️", word: "heart" },
  hooray: { sign: "🎉", word: "hooray" },
  rocket: { sign: "🚀", word: "rocket" },
  eyes: { sign: "👀", word: "eyes" },
};

/** Who reacted with what, and a 👍 to press or to take back. `path` is where reactions of this text are posted to. */
export function reactions(text: Authored, acting: User, { path, id }: { path: string; id: string }): Markup {
  const others = reactionContents.filter((content) => content !== "+1").map((content) => shown(text, content));
  const mine = text.reactions.some(({ content, user }) => content === "+1" && user.id === acting.id);
  const names = namesOf(text, "+1");
  return html`<div class="reactions">
<form method="post" action="${path}" data-inline><button id="thumb-${id}" class="chip" name="content" value="+1" aria-pressed="${String(mine)}" title="${mine ? "Take your 👍 back" : "React with 👍"}"><span aria-hidden="true">👍</span><span class="hidden">Thumbs up</span>${names ? html` <span class="count">${names}</span>` : ""}</button></form>
${others}</div>`;
}

const namesOf = (text: Authored, wanted: ReactionContent): string =>
  text.reactions
    .filter(({ content }) => content === wanted)
    .map(({ user }) => loginOf(user))
    .join(", ");

function shown(text: Authored, content: ReactionContent): Markup | string {
  const names = namesOf(text, content);
  const { sign, word } = signs[content];
  return names
    ? html`<span class="chip"><span aria-hidden="true">${sign}</span><span class="hidden">${word} by</span> <span class="count">${names}</span></span>`
    : "";
}
