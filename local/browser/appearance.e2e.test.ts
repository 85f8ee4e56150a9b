import axe, { type AxeResults } from "axe-core";
import { describeWith } from "froussard/testing/needs-tools";
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { repository } from "../demo/world.ts";
import { browserTools } from "../testing/browser.ts";
import { demoSite, fillSite } from "./testing/demo-site.ts";

describeWith(browserTools, "every page", () => {
  const site = demoSite();
  const home = `/${repository}`;
  let hook = 0;
  const paths = () => [
    "/",
    "/gregkonush",
    `${home}/issues`,
    `${home}/issues?state=closed`,
    `${home}/pulls`,
    `${home}/issues/new`,
    `${home}/issues/1`,
    `${home}/pull/2`,
    `${home}/pull/2/commits`,
    `${home}/pull/2/files`,
    `${home}/settings/hooks`,
    `${home}/settings/hooks/${hook}`,
    `${home}/issues/77`,
  ];

  beforeAll(async () => {
    const { github } = site.world;
    const { home: there } = await fillSite(site.world);
    hook = github.addWebhook(there, { url: `${github.url}/${"long".repeat(40)}`, events: ["issues"] }).id;
    await github.webhooksSettled();
  });
  /** With all that can be opened open. */
  const visit = async (page: Page, path: string) => {
    await page.goto(path);
    await page.locator("details").evaluateAll((all) => all.map((details) => details.setAttribute("open", "")));
  };

  test.each(["light", "dark"] as const)("has no fault that axe finds, %s", async (colorScheme) => {
    const { page, close } = await site.open({ colorScheme });
    const faults: string[] = [];
    for (const path of paths()) {
      await visit(page, path);
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as AxeResults;
      for (const { id, impact, nodes } of violations)
        if (impact === "serious" || impact === "critical")
          faults.push(`${path} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
    }
    expect(faults).toEqual([]);
    await close();
  });

  test.each([360, 768])("fits into %i pixels", async (width) => {
    const { page, close } = await site.open({ viewport: { width, height: 700 } });
    const wide: string[] = [];
    for (const path of paths()) {
      await visit(page, path);
      const content = await page.locator("html").evaluate((root) => root.scrollWidth);
      if (content > width) wide.push(`${path} takes ${content}`);
    }
    expect(wide).toEqual([]);
    await close();
  });

  test("has a title, one main heading, a way past what repeats, and says what it is", async () => {
    const { page, problems, close } = await site.open();
    const titles = new Set<string>();
    for (const path of paths()) {
      await page.goto(path);
      titles.add(await page.title());
      expect([path, await page.locator("h1").count()]).toEqual([path, 1]);
      await page.keyboard.press("Tab");
      expect(await page.locator(":focus").textContent()).toBe("Skip to content");
      await page.keyboard.press("Enter");
      expect(await page.locator("main:focus").count()).toBe(1);
      expect(await page.locator("header").textContent()).toContain("nothing here leaves this machine");
    }
    // Two lists of the same issues share one.
    expect(titles.size).toBe(paths().length - 1);
    expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
    await close();
  });
});
