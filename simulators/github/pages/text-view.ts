import { raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { canSee } from "../access.ts";
import { issueHtmlUrl } from "../present/issue.ts";
import { type Authored, fullName, type Repository, type User } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { References } from "./render-markdown.ts";

/** Loaded when the first page is looked at: most who start a simulated GitHub never look at one. */
async function render(source: string, references: References): Promise<string> {
  const { renderMarkdown } = await import("./render-markdown.ts");
  return await renderMarkdown(source, references);
}

/** Shows people's texts; each is rendered once, as GitHub does when it is saved. */
export class TextView {
  readonly #store: Store;
  readonly #rendered = new WeakMap<Authored, { body: string; html: Promise<string> }>();

  constructor(store: Store) {
    this.#store = store;
  }

  async show(text: Authored, repository: Repository): Promise<HtmlEscapedString> {
    const body = text.body ?? "";
    if (body.trim() === "") return raw('<p class="muted">No description provided.</p>');
    let known = this.#rendered.get(text);
    if (known?.body !== body) {
      known = { body, html: render(body, this.#references(repository, text.author)) };
      this.#rendered.set(text, known);
    }
    return raw(await known.html);
  }

  /** A text that nobody has sent yet. */
  async render(source: string, repository: Repository, author: User): Promise<HtmlEscapedString> {
    return raw(await render(source, this.#references(repository, author)));
  }

  /** Only what the text's author can see is linked: a link must not tell of a private repository's issues. */
  #references(repository: Repository, author: User): References {
    const store = this.#store;
    const issueOf = (name: string, number: number) => {
      const [owner = "", repo = ""] = name.split("/");
      const target = store.repositoryByName(owner, repo);
      return target && canSee(target, { user: author, token: null }) ? target.issues.get(number) : undefined;
    };
    return {
      repository: fullName(repository),
      user: (login) => {
        const user = store.userByLogin(login);
        return user ? `${store.url}/${user.login}` : null;
      },
      issue: (name, number) => {
        const issue = issueOf(name, number);
        return issue ? issueHtmlUrl(store, issue) : null;
      },
      shortName: (url) => {
        if (!url.startsWith(`${store.url}/`)) return null;
        const path = url.slice(store.url.length + 1);
        const [, name = "", number = "", comment] =
          /^([^/]+\/[^/]+)\/(?:issues|pull)\/(\d+)(#issuecomment-\d+)?$/.exec(path) ?? [];
        if (!issueOf(name, Number(number))) return null;
        const prefix = name.toLowerCase() === fullName(repository).toLowerCase() ? "" : name;
        return `${prefix}#${number}${comment ? " (comment)" : ""}`;
      },
    };
  }
}
