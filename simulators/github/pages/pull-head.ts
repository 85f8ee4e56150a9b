import { html } from "hono/html";
import type { PullIssue } from "../actions/pulls.ts";
import { issueHead } from "./issue-page.ts";
import type { Markup } from "./markup.ts";
import type { Pages } from "./page-context.ts";

const tabs = [
  { tab: "conversation", path: "", word: "Conversation" },
  { tab: "commits", path: "/commits", word: "Commits" },
  { tab: "files", path: "/files", word: "Files changed" },
] as const;
export type PullTab = (typeof tabs)[number]["tab"];

/** Title and branches of a pull request, and its three pages. */
export function pullHead(pages: Pages, issue: PullIssue, current: PullTab): Markup {
  const { headBranch, baseBranch } = issue.pull;
  const path = pages.pathOf(issue);
  const branches = html`<span class="branches"><code>${headBranch}</code> <span class="muted">into</span> <code>${baseBranch}</code></span>`;
  const links = tabs.map(
    ({ tab, path: below, word }) =>
      html`<a href="${path}${below}" ${tab === current ? html`aria-current="page"` : ""}>${word}</a>`,
  );
  return html`${issueHead(pages, issue, branches)}<nav class="tabs" aria-label="Pull request">${links}</nav>`;
}
