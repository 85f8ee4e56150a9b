import { setTimeout as delay } from "node:timers/promises";
import { markers } from "@froussard/contract";
import { afterEach, expect, test, vi } from "vitest";
import { maintainer } from "../demo/world.ts";
import { type PipelineKit, startKit } from "../testing/pipeline-kit.ts";

let kit: PipelineKit;
afterEach(() => kit.close());

type Issue = ReturnType<PipelineKit["openIssue"]>;

/** A command by the maintainer, in a later second than everything that stands on the issue. */
async function say(issue: Issue, body: string): Promise<void> {
  const { github } = kit.world;
  const last = Math.max(...github.comments(issue.repository, issue.number).map(({ createdAt }) => createdAt));
  while (Date.now() < last + 1_000) await delay(last + 1_000 - Date.now());
  github.as(maintainer).comment(issue, body);
}

test("/replan puts another plan in the place of the first, and /approve has that one carried out", async () => {
  kit = await startKit();
  await kit.start();
  const { github } = kit.world;
  const issue = kit.openIssue();
  const first = await kit.waitForPlan(issue);
  await say(issue, "/replan Change the default precision to 5 instead");
  const second = await github.waitFor(
    "the second plan",
    () => kit.ours(issue, markers.plan).find((plan) => plan !== first),
    120_000,
  );
  await github.waitFor("the first plan hidden", () => first.minimizedReason === "outdated", 30_000);
  expect(kit.ours(issue, markers.plan)).toEqual([second]);
  expect(second.body).toContain("`5`");
  await say(issue, "/approve");
  const result = await kit.waitForResult(issue);
  expect(result.body).toContain('"outcome":"done"');
  expect(github.pulls(issue.repository).map(({ title }) => title)).toEqual([expect.stringContaining("5")]);
});

test("/cancel stops a run that is under way, and /retry starts it again", async () => {
  kit = await startKit();
  await kit.start();
  const { github, model } = kit.world;
  // The model's answer never ends, so Codex makes no other request at which the run could notice.
  model.inject({ kind: "hang-stream" });
  const issue = kit.openIssue();
  await kit.waitForProcess("codex");
  await github.waitFor(
    "a request to the model",
    () => model.requests.find(({ path }) => path === "/v1/responses"),
    60_000,
  );
  await say(issue, "/cancel");
  const end = await github.waitFor("the end of the run", () => kit.ours(issue, markers.result)[0], 60_000);
  expect(end.body).toContain('"outcome":"cancelled"');
  expect(kit.ours(issue, markers.plan)).toEqual([]);
  await say(issue, "/retry");
  const plan = await kit.waitForPlan(issue);
  await kit.approve(plan);
  await github.waitFor("the pull request", () => github.pulls(issue.repository)[0], 120_000);
});

test("closing the issue while it is carried out stops it before the push", async () => {
  kit = await startKit();
  await kit.start();
  const { github, model } = kit.world;
  const issue = kit.openIssue();
  const plan = await kit.waitForPlan(issue);
  model.inject({ kind: "slow-stream", msPerEvent: 1_500 });
  await kit.approve(plan);
  await kit.waitForProcess("codex");
  github.as(maintainer).closeIssue(issue);
  const end = await kit.waitForResult(issue);
  expect(end.body).toContain('"outcome":"cancelled"');
  expect(github.pulls(issue.repository)).toEqual([]);
});

test("a 👍 that is taken back before the run looks starts nothing; given again, it does", async () => {
  kit = await startKit();
  await kit.start();
  const { github } = kit.world;
  const issue = kit.openIssue();
  const plan = await kit.waitForPlan(issue);
  await kit.approve(plan);
  await github.waitFor("🚀", () => plan.reactions.some(({ content }) => content === "rocket"), 60_000);
  github.as(maintainer).unreact(plan, "+1");
  const refused = () => kit.pipeline.events.some((event) => event.event === "ended" && event.code === "not-approved");
  await vi.waitUntil(refused, { timeout: 60_000 });
  expect(kit.ours(issue, markers.result)).toEqual([]);
  await delay(1_000);
  github.as(maintainer).react(plan, "+1");
  await github.waitFor("the pull request", () => github.pulls(issue.repository)[0], 120_000);
});
