import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { canSee } from "../access.ts";
import { actorFor } from "../actor.ts";
import { GitHubError, notFound } from "../errors.ts";
import { issueHtmlUrl } from "../present/issue.ts";
import type { Comment, Issue, Repository } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { Hooks } from "../webhooks/hooks.ts";
import { actingUser } from "./acting.ts";
import { frame } from "./frame.ts";
import type { Markup } from "./markup.ts";
import { TextView } from "./text-view.ts";
import type { Welcome } from "./welcome.ts";

export interface PagesEnv {
  Bindings: HttpBindings;
}
export type PageContext = Context<PagesEnv>;

/** What a page shows in the frame. */
export interface Page {
  title: string;
  content: Markup;
  /** The repository that it belongs to, with the tab that is open. */
  repository?: Repository;
  tab?: Tab;
  /** It answers one request, and its address shows something else, or nothing: it stands as it is. */
  refusal?: true;
}
export type Tab = "issues" | "pulls" | "hooks";

/** What all pages work on. */
export class Pages {
  readonly store: Store;
  readonly hooks: Hooks;
  readonly welcome: Welcome | undefined;
  readonly texts: TextView;

  constructor(parts: { store: Store; hooks: Hooks; welcome: Welcome | undefined }) {
    this.store = parts.store;
    this.hooks = parts.hooks;
    this.welcome = parts.welcome;
    this.texts = new TextView(parts.store);
  }

  acting(c: PageContext) {
    return actingUser(this.store, c);
  }

  /** What the acting person does, with the person's rights. */
  actor(c: PageContext) {
    return actorFor(this.store, this.acting(c));
  }

  canSee(c: PageContext, repository: Repository): boolean {
    return canSee(repository, { user: this.acting(c), token: null });
  }

  show(c: PageContext, page: Page): Response | Promise<Response> {
    return c.html(frame(this, this.acting(c), page));
  }

  /** The repository of the path. @throws {GitHubError} 404 when there is none that may be seen */
  repository(c: PageContext): Repository {
    const repository = this.store.repositoryByName(c.req.param("owner") ?? "", c.req.param("repo") ?? "");
    if (!repository || !this.canSee(c, repository)) throw notFound();
    return repository;
  }

  /** The issue or pull request of the path. @throws {GitHubError} 404, or 410 when it was deleted */
  issue(c: PageContext): Issue {
    const repository = this.repository(c);
    const number = Number(c.req.param("number"));
    const issue = repository.issues.get(number);
    if (issue) return issue;
    if (repository.deletedNumbers.has(number)) throw new GitHubError(410, "This issue was deleted");
    throw notFound();
  }

  comment(c: PageContext): Comment {
    const comment = this.issue(c).comments.find(({ id }) => String(id) === c.req.param("comment"));
    if (!comment) throw notFound();
    return comment;
  }

  /** Its page's path: the address that the APIs give, without the host. */
  pathOf(issue: Issue): string {
    return issueHtmlUrl(this.store, issue).slice(this.store.url.length);
  }
}

/** Where issues and pull requests are; `kind` says which of the two was asked for. */
export const issuePath = "/:owner/:repo/:kind{issues|pull}/:number{[0-9]+}";
