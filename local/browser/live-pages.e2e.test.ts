import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeWith } from "froussard/testing/needs-tools";
import { expect, test } from "vitest";
import { automation, maintainer, repository, startWorld, stranger } from "../demo/world.ts";
import { browserTools } from "../testing/browser.ts";
import { demoSite, peopleOf } from "./testing/demo-site.ts";

describeWith(browserTools, "an open page", () => {
  const site = demoSite();
  const pathOf = (number: number) => `/${repository}/issues/${number}`;

  test("follows a progress comment without reload; what is being written, the focus and what is open stay", async () => {
    const { home, ...people } = peopleOf(site.world);
    const issue = people.maintainer.openIssue(home, {
      title: "A wish",
      body: "<details><summary>More</summary>\n\nx\n\n</details>",
    });
    const progress = people.automation.comment(issue, "<!-- codex:progress -->\n⏳ Codex is planning: reading.");
    const { page, problems, close } = await site.open();
    await page.goto(pathOf(issue.number));
    await page.locator("html").evaluate((root) => root.setAttribute("data-same", ""));
    await page.getByText("More", { exact: true }).click();
    await page.locator(`#edit-issuecomment-${progress.id} summary`).click();
    await page.locator(`#body-issuecomment-${progress.id}`).fill("a better text");
    const box = page.getByLabel("Add a comment");
    await box.pressSequentially("I am typ");
    people.automation.editComment(progress, "<!-- codex:progress -->\n⏳ Codex is planning: writing.");
    await page.getByText("Codex is planning: writing.").first().waitFor();
    await box.pressSequentially("ing");
    people.automation.comment(issue, "<!-- codex:plan -->\nThe plan.");
    await page.getByText("The plan.", { exact: true }).first().waitFor();
    expect(await box.inputValue()).toBe("I am typing");
    expect(await page.locator("#comment:focus").count()).toBe(1);
    expect(await page.locator(`#body-issuecomment-${progress.id}`).inputValue()).toBe("a better text");
    expect(await page.getByText("More", { exact: true }).locator("..").getAttribute("open")).not.toBeNull();
    // Told to who cannot see it, politely: role=status.
    await page.locator("#news[role=status]", { hasText: `${automation}: The plan.` }).waitFor();
    expect(await page.locator("html[data-same]").count()).toBe(1);
    expect(problems).toEqual([]);
    await close();
  });

  test("takes a thumb and gives it back, with the focus left on it", async () => {
    const { home, ...people } = peopleOf(site.world);
    const issue = people.maintainer.openIssue(home, { title: "Another wish" });
    const plan = people.automation.comment(issue, "<!-- codex:plan -->\nThe plan.");
    const { page, problems, close } = await site.open();
    await page.goto(pathOf(issue.number));
    const thumb = page.locator(`#thumb-issuecomment-${plan.id}`);
    await thumb.focus();
    await page.keyboard.press("Enter");
    await page.locator(`#thumb-issuecomment-${plan.id}[aria-pressed=true]`, { hasText: maintainer }).waitFor();
    expect(await page.locator(`#thumb-issuecomment-${plan.id}:focus`).count()).toBe(1);
    expect(plan.reactions).toMatchObject([{ content: "+1", user: { login: maintainer } }]);
    await page.keyboard.press("Enter");
    await page.locator(`#thumb-issuecomment-${plan.id}[aria-pressed=false]`).waitFor();
    expect(plan.reactions).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  test("shows what a stranger may not do as a page, after the switch to one", async () => {
    const { home, ...people } = peopleOf(site.world);
    const issue = people.maintainer.openIssue(home, { title: "A third wish" });
    const { page, close } = await site.open();
    await page.goto(pathOf(issue.number));
    await page.locator("#switcher summary").click();
    await page.getByRole("button", { name: stranger }).click();
    await page.locator("#switcher", { hasText: `You are ${stranger}` }).waitFor();
    expect(new URL(page.url()).pathname).toBe(pathOf(issue.number));
    await page.getByLabel("Add a comment").fill("/approve");
    await page.keyboard.press("Control+Enter");
    await page.locator("article", { hasText: "/approve" }).waitFor();
    expect(issue.comments).toMatchObject([{ author: { login: stranger }, body: "/approve" }]);
    await page.getByRole("button", { name: "Close this issue" }).click();
    await page.getByRole("heading", { name: "You may not do that" }).waitFor();
    expect(issue.state).toBe("open");
    await page.getByRole("link", { name: "Go back" }).click();
    expect(new URL(page.url()).pathname).toBe(pathOf(issue.number));
    await close();
  });

  test("sends a delivery again, and shows how it went", async () => {
    const { github } = site.world;
    const { home } = peopleOf(site.world);
    const secret = "not to be shown";
    const hook = github.addWebhook(home, { url: `${github.url}/nowhere`, secret, events: ["issues"] });
    await github.webhooksSettled();
    const { page, problems, close } = await site.open();
    await page.goto(`/${repository}/settings/hooks/${hook.id}`);
    const again = page.getByRole("button", { name: "Redeliver ping" });
    await again.click();
    await page.locator(".deliveries li", { hasText: "redelivery" }).locator(".outcome.bad").waitFor();
    expect(github.deliveries(hook).map(({ redelivery }) => redelivery)).toEqual([false, true]);
    await page.locator(".deliveries summary").first().click();
    const shown = page.locator(".deliveries li").first().locator("dt", { hasText: "X-Hub-Signature-256" });
    expect(await shown.locator("+ dd").textContent()).toBe("not shown");
    expect(await page.content()).not.toContain(secret);
    expect(problems).toEqual([]);
    await close();
  });

  test("works without its script", async () => {
    const { home } = peopleOf(site.world);
    const { page, close } = await site.open({ javaScriptEnabled: false });
    await page.goto(`/${repository}/issues/new`);
    await page.getByLabel("Title").fill("By forms alone");
    await page.getByLabel("Description").fill("text");
    await page.getByRole("button", { name: "Open issue" }).click();
    const number = Number(new URL(page.url()).pathname.split("/").at(-1));
    await page.getByLabel("Add a comment").fill("first");
    await page.getByRole("button", { name: "Comment", exact: true }).click();
    const [comment] = site.world.github.comments(home, number);
    await page.locator(`#thumb-issuecomment-${comment?.id}`).click();
    await page.locator(`#edit-issuecomment-${comment?.id} summary`).click();
    await page.locator(`#body-issuecomment-${comment?.id}`).fill("second");
    await page.getByRole("button", { name: "Save" }).last().click();
    expect(comment).toMatchObject({ body: "second", reactions: [{ content: "+1" }] });
    expect(await page.locator(`#issuecomment-${comment?.id}`).textContent()).toMatch(/edited just now/);
    await close();
  });
});

describeWith(browserTools, "an open page", () => {
  const site = demoSite();
  test("says that the connection is lost, and goes on when it is back", async () => {
    const { page, close } = await site.open();
    await page.goto(`/${repository}/issues`);
    const port = Number(new URL(site.world.github.url).port);
    await site.world.github.close();
    await page.locator("[role=alert]", { hasText: "The connection is lost" }).waitFor();
    const folder = await mkdtemp(join(tmpdir(), "froussard-browser-"));
    const back = await startWorld({ port, folder });
    await page.locator("[role=alert]").waitFor({ state: "hidden" });
    await close();
    await back.close();
    await rm(folder, { recursive: true, force: true });
  });
});
