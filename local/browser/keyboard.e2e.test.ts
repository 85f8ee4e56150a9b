import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describeWith } from "froussard/testing/needs-tools";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { repository } from "../demo/world.ts";
import { browserTools, installBrowserTools, openPage, startBrowser } from "../testing/browser.ts";
import { startKit, wish } from "../testing/pipeline-kit.ts";

installBrowserTools();

/** Moves on with the Tab key until the focus, which must be visible, is on what the selector says. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 100; presses++) {
    await page.keyboard.press("Tab");
    if ((await page.locator(`${selector}:focus`).count()) === 0) continue;
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    return;
  }
  throw new Error(`no way to ${selector} by keyboard at ${page.url()}`);
}

describeWith(browserTools, "by keyboard alone", () => {
  test("a person opens an issue, approves the plan, and reads the draft pull request, with the real pipeline", async () => {
    const kit = await startKit();
    const folder = await mkdtemp(join(tmpdir(), "froussard-browser-"));
    const browser = await startBrowser(folder);
    try {
      await kit.start();
      const { github } = kit.world;
      const { page, problems } = await openPage(browser, github.url);
      page.setDefaultTimeout(120_000);
      await page.goto("/");
      await tabTo(page, `a[href="/${repository}/issues"]`);
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: "New issue" }).waitFor();
      await tabTo(page, "a.primary");
      await page.keyboard.press("Enter");
      await page.getByLabel("Title").waitFor();
      await tabTo(page, "#title");
      await page.keyboard.type(wish.title);
      await page.keyboard.press("Tab");
      await page.keyboard.type(wish.body);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: wish.title }).waitFor();

      // Nothing is loaded again: the page follows.
      await page.locator("html").evaluate((root) => root.setAttribute("data-same", ""));
      await page.locator(".chip", { hasText: "👀" }).waitFor();
      const issue = github.issue(github.repository(repository), 1);
      const plan = await kit.waitForPlan(issue);
      await page.locator(`#issuecomment-${plan.id}`).waitFor();
      // An approval counts from the second after the plan.
      while (Date.now() < plan.createdAt + 1000) await delay(plan.createdAt + 1000 - Date.now());
      await tabTo(page, `#thumb-issuecomment-${plan.id}`);
      await page.keyboard.press("Space");
      await page.locator(".chip", { hasText: "🚀" }).waitFor();
      const result = await kit.waitForResult(issue);
      await page.locator(`#issuecomment-${result.id}`).waitFor();
      expect(await page.locator("html[data-same]").count()).toBe(1);
      expect(await page.locator(`#thumb-issuecomment-${plan.id}:focus`).count()).toBe(1);

      await tabTo(page, `#issuecomment-${result.id} [data-text] a[href*="/pull/"]`);
      await page.keyboard.press("Enter");
      await page.locator(".state.draft").waitFor();
      await tabTo(page, 'a[href$="/files"]');
      await page.keyboard.press("Enter");
      await page.locator(".diff .added", { hasText: "DEFAULT_PRECISION = 3" }).waitFor();
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      await kit.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
