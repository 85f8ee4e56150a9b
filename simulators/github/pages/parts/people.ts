import { html } from "hono/html";
import { roleOf } from "../../access.ts";
import type { Repository, User } from "../../store/records.ts";
import type { Markup } from "../markup.ts";

export const loginOf = (user: User): string => (user.deleted ? "ghost" : user.login);

const hues = 12;

/** A round sign with the first letter, in a colour that stays the account's. Decoration: the name stands beside it. */
export function avatar(user: User): Markup {
  return html`<span class="avatar hue-${user.id % hues}" aria-hidden="true">${loginOf(user).charAt(0).toUpperCase()}</span>`;
}

export function person(user: User): Markup {
  return html`<b class="person">${loginOf(user)}</b>`;
}

const roleWords = {
  admin: "maintainer",
  maintain: "maintainer",
  write: "may write",
  triage: "may triage",
  read: "visitor",
  none: "stranger",
} as const;

/** What a person is in a repository, in a word or two. */
export function roleWord(repository: Repository, user: User): string {
  return roleWords[roleOf(repository, user)];
}
