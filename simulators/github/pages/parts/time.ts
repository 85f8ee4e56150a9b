import { html } from "hono/html";
import { iso } from "../../present/user.ts";
import type { Markup } from "../markup.ts";

const units = [
  { seconds: 86_400, word: "day" },
  { seconds: 3_600, word: "hour" },
  { seconds: 60, word: "minute" },
] as const;

/** How long ago, in the largest unit that fits; both in milliseconds. */
export function agoText(then: number, now: number): string {
  const seconds = Math.max(0, (now - then) / 1000);
  for (const { seconds: size, word } of units) {
    const count = Math.floor(seconds / size);
    if (count > 0) return `${count} ${word}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}

export function ago(then: number, now: number): Markup {
  return html`<time datetime="${iso(then)}" title="${iso(then)}">${agoText(then, now)}</time>`;
}
