import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { currentPlan } from "@froussard/contract";
import { readSnapshot } from "@froussard/github/read-snapshot";
import { createPublisher } from "codex-runner/publish/publisher";
import { ledger, planningRun, type Scene, startScene } from "codex-runner/publish/testing/scene";
import { describeWith } from "froussard/testing/needs-tools";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserTools, installBrowserTools, openPage, startBrowser, type WatchedPage } from "../testing/browser.ts";
import { hostilePieces, hostileText } from "./testing/hostile-text.ts";

installBrowserTools();

describeWith(browserTools, "hostile text runs nothing, loads nothing, and is seen as text", () => {
  let folder: string;
  let browser: Browser;
  let scene: Scene;
  let watched: WatchedPage;
  const home = "/maintainer/project";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "froussard-browser-"));
    scene = await startScene();
    browser = await startBrowser(folder);
    watched = await openPage(browser, scene.simulator.url);
  });
  afterAll(async () => {
    await browser?.close();
    await scene?.simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens a page with all that can be opened, and lets it live for a change. */
  const visit = async (path: string) => {
    const { page, problems } = watched;
    await page.goto(`${home}${path}`);
    await page.locator("details").evaluateAll((all) => all.map((each) => each.setAttribute("open", "")));
    const changed = page.waitForResponse((response) => new URL(response.url()).pathname === `${home}${path}`);
    scene.simulator.as("maintainer").openIssue(scene.repository, { title: "Something else" });
    await changed;
    expect(problems).toEqual([]);
    expect(await page.evaluate("window.pwned")).toBeUndefined();
    expect(await page.evaluate('document.evaluate("count(//comment())", document, null, 1, null).numberValue')).toBe(0);
    // The frame of the page is what and where it was.
    expect(await page.locator("main, header, footer, [data-live]").count()).toBe(3);
    expect(await page.locator("body").isVisible()).toBe(true);
    return page;
  };
  const names = async (texts: Locator) =>
    new Set(await texts.locator("*").evaluateAll((all) => all.map(({ tagName }) => tagName.toLowerCase())));
  const attributes = async (texts: Locator) =>
    new Set(await texts.locator("*").evaluateAll((all) => all.flatMap((each) => each.getAttributeNames())));
  const addresses = async (texts: Locator) =>
    await texts.locator("a").evaluateAll((all) => all.map((each) => each.getAttribute("href") ?? ""));

  test("raw, by a stranger: in title, text, comment, and each piece by itself", async () => {
    const stranger = scene.simulator.as("stranger");
    const issue = stranger.openIssue(scene.repository, {
      title: hostilePieces.join(" ").slice(0, 250),
      body: hostileText,
    });
    stranger.comment(issue, hostileText);
    for (const piece of hostilePieces) stranger.comment(issue, piece);
    const page = await visit(`/issues/${issue.number}`);
    const texts = page.locator("[data-text]");
    expect(await texts.count()).toBe(hostilePieces.length + 2);
    expect([...(await names(texts))].filter((name) => !/^(p|a|br|div|span|code|pre)$/.test(name))).toEqual(["input"]);
    // What is left of a form's field is a box that cannot be pressed.
    expect(await texts.locator("input:not([type=checkbox][disabled])").count()).toBe(0);
    expect([...(await attributes(texts))].filter((name) => /^on|style|src|action|data-/.test(name))).toEqual([]);
    for (const address of await addresses(texts)) expect(address).toMatch(/^(http:|mailto:|$)/);
    expect(await page.locator("[data-text] #state, [data-text] .primary, [data-text] #content").count()).toBe(0);
    for (const list of ["/issues", "/pulls", "/issues?state=closed"]) await watched.page.goto(`${home}${list}`);
    expect(watched.problems).toEqual([]);
  });

  test("through our own texts: plan, progress, failure, pull request, each field of them", async () => {
    const { simulator, repository, github } = scene;
    const publisher = createPublisher({ github, log: { warn: () => {} }, approvers: ["maintainer"] });
    const issue = scene.openIssue("A wish");
    const planning = await planningRun(github, issue.number);
    const items = [...hostilePieces];
    const report = { activity: "planning" as const, todo: items.slice(0, 20).map((text) => ({ text, done: false })) };
    await publisher.progress(planning, {
      state: "working",
      report: { ...report, activity: "running" },
      ledger,
      record: {},
    });
    const files = items.map((path) => ({ path: path.slice(0, 390), action: "change" as const, reason: path }));
    const steps = items.map((piece) => ({ title: piece.slice(0, 290), detail: piece }));
    const plan = {
      summary: hostileText.slice(0, 3_900),
      steps,
      files,
      commands: items,
      risks: items,
      tests: items,
      openQuestions: items,
    };
    await publisher.plan(planning, plan, { ...ledger, model: hostilePieces[0] });
    await publisher.result(planning, { outcome: "failed", code: "internal", detail: hostileText, ledger });
    const snapshot = await readSnapshot({ graphql: github.query }, "maintainer/project", issue.number);
    const verdict = snapshot && currentPlan(snapshot, { approverIds: [], trigger: { kind: "author" } });
    if (!verdict || !("plan" in verdict)) throw new Error("the plan comment must be readable as one");
    const run = await planningRun(github, issue.number, `plan:${verdict.plan.comment.id}:${verdict.plan.sha256}`);
    const branch = `codex/issue-${issue.number}-${run.subjectId.slice(0, 8)}`;
    const message = `${hostilePieces[0]}\n\n${hostileText}\n`;
    await simulator.commit(repository, {
      branch,
      from: "refs/heads/main",
      message,
      files: { '<img src=x onerror="pwned=1">.md': hostileText },
    });
    const implementation = { plan: verdict.plan, branch, approvedBy: "maintainer", issueEditedSincePlan: false };
    const changed = items.map((path) => ({ path, status: "added" as const }));
    const pull = await publisher.pullRequest(
      { ...run, implementation },
      { report: { title: items.join(" "), summary: hostileText, tests: items }, files: changed, ledger },
    );

    for (const [path, cards, links] of [
      [`/issues/${issue.number}`, 4, []],
      [`/pull/${pull.number}`, 1, [`${simulator.url}${home}/issues/${issue.number}`, verdict.plan.comment.url]],
    ] as const) {
      const page = await visit(path);
      const texts = page.locator("[data-text]");
      expect(await texts.count()).toBe(cards);
      expect(await addresses(texts)).toEqual(links);
      expect(
        [...(await names(texts))].filter((name) => /^(img|script|input|form|button|svg|iframe|h\d|table)$/.test(name)),
      ).toEqual([]);
      const text = (await texts.allTextContents()).join("\n");
      for (const seen of [
        "<script>window.pwned = 1</script>",
        "javascript:window.pwned=5",
        "http://evil.example/a.png",
        "@octocat",
      ])
        expect(text).toContain(seen);
      expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u{E0000}-\u{E007F}]/u);
    }
    // Nothing but its own issue is closed by it, whatever its text says.
    const other = await visit("/issues/2");
    expect(await other.locator("aside").textContent()).toContain("none yet");
    await visit(`/pull/${pull.number}/commits`);
    const diff = await visit(`/pull/${pull.number}/files`);
    expect(await diff.locator(".diff").allTextContents()).toEqual([expect.stringContaining("⟨U+202E⟩")]);
  });
});
