import { html } from "hono/html";
import type { GitHubError } from "../errors.ts";
import type { User } from "../store/records.ts";
import type { Markup } from "./markup.ts";
import type { Page } from "./page-context.ts";
import { loginOf, person } from "./parts/people.ts";

/** A refusal in words, with what to do about it. */
export function errorPage(error: GitHubError, acting: User, back: string): Page {
  const { status, message, errors = [] } = error;
  const details = errors.map((each) =>
    typeof each === "string" ? each : (each.message ?? `${each.field ?? each.resource}: ${each.code}`),
  );
  const known = views[status] ?? { title: "That did not work", help: html`<p>GitHub would answer ${status} here.</p>` };
  const help = typeof known.help === "function" ? known.help(acting) : known.help;
  return {
    title: known.title,
    refusal: true,
    content: html`<section class="box problem"><h1>${known.title}</h1>
${status === 404 ? "" : html`<p><code>${status}</code> ${message}</p>`}${details.length > 0 ? html`<ul>${details.map((detail) => html`<li>${detail}</li>`)}</ul>` : ""}
${help}<p>${back === "/" ? "" : html`<a class="button" href="${back}">Go back</a> `}<a class="button" href="/">All repositories</a></p></section>`,
  };
}

const views: Record<number, { title: string; help: Markup | ((acting: User) => Markup) }> = {
  403: {
    title: "You may not do that",
    help: (acting) =>
      html`<p>Nothing was changed. You are ${person(acting)} at the moment; the menu at the top makes you somebody else, for example the repository's owner.</p>`,
  },
  404: {
    title: "There is no such page",
    help: (acting) =>
      html`<p>Nothing is here, or ${loginOf(acting)} may not see it: GitHub does not tell which. The menu at the top makes you somebody else.</p>`,
  },
  410: { title: "This was deleted", help: html`<p>It will not come back.</p>` },
  422: {
    title: "GitHub did not accept that",
    help: html`<p>Nothing was changed. Go back, and change what is named above.</p>`,
  },
};
