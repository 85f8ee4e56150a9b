import { join } from "node:path";
import { markers } from "@froussard/contract";
import type { Page } from "playwright-core";
import { repository } from "../demo/world.ts";
import { openPage, startBrowser } from "../testing/browser.ts";
import { type PipelineKit, startKit } from "../testing/pipeline-kit.ts";

/** Slow enough to be seen at work, quick enough to wait for. */
const paceMs = 60;
const patienceMs = 120_000;
const secret = "a secret of the screenshots";

/**
 * Goes the whole way with the real pipeline between the simulators, and takes a picture of each page on it.
 * @throws Error that names the step that did not happen, or what a page did that it must not
 */
export async function takeScreenshots(folder: string, fontFolder: string): Promise<void> {
  const kit = await startKit({ paceMs });
  const browser = await startBrowser(fontFolder);
  try {
    const { page, problems } = await openPage(browser, kit.world.github.url, { viewport: wide });
    const shot = async (name: string) => await page.screenshot({ path: join(folder, `${name}.png`) });
    await startWithWebhook(kit);
    await wholeWay(kit, page, shot);
    await failure(kit, page, shot);
    if (problems.length > 0) throw new Error(`a page did what it must not:\n${problems.join("\n")}`);
  } finally {
    await browser.close();
    await kit.close();
  }
}

const wide = { width: 1080, height: 800 };
const narrow = { width: 360, height: 720 };
type Shot = (name: string) => Promise<unknown>;

async function startWithWebhook(kit: PipelineKit): Promise<void> {
  await kit.start({ GITHUB_WEBHOOK_SECRET: secret }, ["--webhook", "--port", "0"]);
  const address = /http:\/\/127\.0\.0\.1:\d+\/webhooks\/github/.exec(kit.pipeline.output())?.[0];
  if (address === undefined) throw new Error(`the pipeline did not say where it serves:\n${kit.pipeline.output()}`);
  const { github } = kit.world;
  const events = ["issues", "issue_comment"];
  github.addWebhook(github.repository(repository), { url: address, secret, events });
}

async function wholeWay(kit: PipelineKit, page: Page, shot: Shot): Promise<void> {
  const { github } = kit.world;
  await page.goto(`/${repository}/issues`);
  await shot("start");
  await page.getByRole("button", { name: "Open this issue" }).click();
  const issue = github.issue(github.repository(repository), 1);
  const plan = await kit.waitForPlan(issue);
  const card = page.locator(`#issuecomment-${plan.id}`);
  // The label comes last, and would move what stands below it.
  await page.locator("aside .label").waitFor();
  await card.evaluate((element) => element.scrollIntoView());
  await shot("plan");
  await page.setViewportSize(narrow);
  await card.evaluate((element) => element.scrollIntoView());
  await shot("narrow");
  await page.setViewportSize(wide);
  await page.locator("header").evaluate((element) => element.scrollIntoView());
  await kit.approve(plan);
  const working = await github.waitFor(
    "a progress comment with a todo list",
    () => kit.ours(issue, markers.progress).find(({ body }) => /[☐☑]/.test(body ?? "")),
    patienceMs,
  );
  const progress = page.locator(`#issuecomment-${working.id}`);
  await progress.getByText(/[☐☑]/).first().waitFor();
  await progress.evaluate((element) => element.scrollIntoView({ block: "center" }));
  await shot("progress");
  await kit.waitForResult(issue);
  const [pull] = github.pulls(issue.repository);
  const path = `/${repository}/pull/${pull?.number}`;
  await page.goto(path);
  await shot("pull-request");
  await page.goto(`${path}/files`);
  await shot("files");
  await page.goto(`/${repository}/settings/hooks`);
  await page.locator("main .rows a").click();
  const opened = page.locator(".deliveries li", { hasText: "issues.opened" });
  await opened.locator("summary").click();
  // With the end of the list above it.
  await opened.locator("xpath=preceding-sibling::li[3]").evaluate((element) => element.scrollIntoView());
  await shot("deliveries");
}

async function failure(kit: PipelineKit, page: Page, shot: Shot): Promise<void> {
  const { model } = kit.world;
  model.inject({ kind: "insufficient-quota" }, { times: Number.POSITIVE_INFINITY });
  const issue = kit.openIssue("Fix a typo in the README", "Replace `teh number` with `the number`.");
  await page.goto(`/${repository}/issues/${issue.number}`);
  await kit.waitForResult(issue);
  const [result] = kit.ours(issue, markers.result);
  await page.locator(`#issuecomment-${result?.id}`).waitFor();
  await shot("failure");
  await page.setViewportSize({ ...wide, height: 480 });
  await page.goto(`/${repository}/issues`);
  await shot("issues");
}
