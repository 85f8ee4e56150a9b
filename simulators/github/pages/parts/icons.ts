import { html } from "hono/html";
import type { Issue } from "../../store/records.ts";
import type { Markup } from "../markup.ts";

const paths = {
  open: html`<circle cx="8" cy="8" r="6.25"/><circle cx="8" cy="8" r="1.5" fill="currentColor"/>`,
  closed: html`<circle cx="8" cy="8" r="6.25"/><path d="m5.25 8.25 2 2 3.5-4"/>`,
  pull: html`<circle cx="4" cy="3.5" r="1.75"/><circle cx="4" cy="12.5" r="1.75"/><circle cx="12" cy="12.5" r="1.75"/><path d="M4 5.25v5.5M12 10.75V6a2 2 0 0 0-2-2H7.5m1.75-1.75L7.5 4l1.75 1.75"/>`,
  draft: html`<circle cx="4" cy="3.5" r="1.75"/><circle cx="4" cy="12.5" r="1.75"/><circle cx="12" cy="12.5" r="1.75"/><path d="M4 5.25v5.5M12 4v.5M12 7.25v.5"/>`,
} as const;
export type IconName = keyof typeof paths;

/** Decoration: what it says must be said in words beside it. */
export function icon(name: IconName): Markup {
  return html`<svg class="icon ${name}" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">${paths[name]}</svg>`;
}

/** How an issue or pull request stands, in a word and as an icon. */
export function standing(issue: Issue): { word: string; icon: IconName } {
  if (issue.state === "closed") return { word: "Closed", icon: "closed" };
  if (!issue.pull) return { word: "Open", icon: "open" };
  return issue.pull.draft ? { word: "Draft", icon: "draft" } : { word: "Open", icon: "pull" };
}
