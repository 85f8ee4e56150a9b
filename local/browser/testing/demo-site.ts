import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { automation, maintainer, repository, startWorld, stranger, type World } from "../../demo/world.ts";
import { installBrowserTools, openPage, startBrowser, type WatchedPage } from "../../testing/browser.ts";

/** The demo's GitHub without the pipeline, before a real browser; one for a whole suite. */
export interface DemoSite {
  readonly world: World;
  open(options?: Parameters<typeof openPage>[2]): Promise<WatchedPage>;
}

installBrowserTools();

/** To be called in a suite: starts the site before its tests and ends it after them. */
export function demoSite(): DemoSite {
  let world: World | undefined;
  let browser: Browser | undefined;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "froussard-browser-"));
    world = await startWorld({ folder: join(folder, "github") });
    browser = await startBrowser(folder);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get world() {
      if (!world) throw new Error("the site is there in tests only");
      return world;
    },
    open: async (options) => {
      if (!world || !browser) throw new Error("the site is there in tests only");
      return await openPage(browser, world.github.url, options);
    },
  };
}

/** What its people do. */
export function peopleOf({ github }: World) {
  const home = github.repository(repository);
  return { home, maintainer: github.as(maintainer), automation: github.as(automation), stranger: github.as(stranger) };
}

/** An issue with all that the pipeline puts on one, and a draft pull request that closes it. */
export async function fillSite(world: World) {
  const { home, ...people } = peopleOf(world);
  const issue = people.maintainer.openIssue(home, { title: "Change the default precision", body: everything });
  people.automation.react(issue, "eyes");
  const old = people.automation.comment(issue, "<!-- codex:progress -->\n⏳ **Codex is planning**.");
  people.automation.minimizeComment(old, "outdated");
  const plan = people.automation.comment(issue, `<!-- codex:plan -->\n${everything}`);
  people.maintainer.react(plan, "+1");
  people.automation.react(plan, "rocket");
  people.automation.label(issue, "codex:awaiting-approval", "bug");
  people.maintainer.editIssue(issue, { title: "Change the default precision to 3" });
  const files = { "src/options.js": `export const long = "${"x".repeat(400)}";\n`, "docs/new.md": "# New\n" };
  await world.github.commit(home, {
    branch: "codex/issue-1",
    files,
    message: "Change it\n\nBecause.\n",
    from: "refs/heads/main",
  });
  const wanted = {
    head: "codex/issue-1",
    base: "main",
    title: "Precision 3",
    body: `Closes #${issue.number}`,
    draft: true,
  };
  const pull = await people.automation.openPullRequest(home, wanted);
  return { ...people, home, issue, plan, pull };
}

/** Each kind of block, and words that are too long for a narrow window. */
const everything = `Some text with \`code\`, **bold**, ${"averylongword".repeat(30)}.

| a | table | that | is | wide |
|---|---|---|---|---|
| ${"cell ".repeat(5)} | ${"wide".repeat(20)} | 3 | 4 | 5 |

- [x] done
- [ ] open

1. first

   > quoted

\`\`\`sh
${"echo a long line of a script; ".repeat(10)}
\`\`\`

<details><summary>How this was made</summary>

Cost: nothing.

</details>`;
