import { markers } from "@froussard/contract";
import { afterEach, expect, test } from "vitest";
import { repository } from "../demo/world.ts";
import { type PipelineKit, startKit } from "../testing/pipeline-kit.ts";
import type { Kind } from "../testing/processes.ts";

let kit: PipelineKit;
afterEach(() => kit.close());

type Issue = ReturnType<PipelineKit["openIssue"]>;
/** Resolves at one moment of a run. */
type Moment = (kit: PipelineKit, issue: Issue) => Promise<unknown>;

/** When a process of this kind is there, in the stage that a 👍 has or has not begun. */
const running =
  (kind: Kind, stage: "planning" | "implementation" = "planning"): Moment =>
  async (kit, issue) => {
    if (stage === "implementation") await approved(kit, issue);
    await kit.waitForProcess(kind);
  };

const approved: Moment = (kit, issue) =>
  kit.world.github.waitFor(
    "the 👍",
    () => kit.ours(issue, markers.plan)[0]?.reactions.some(({ content }) => content === "+1"),
    120_000,
  );

/** When the report is alone: its mediator has ended. */
const telling =
  (stage: "planning" | "implementation"): Moment =>
  async (kit, issue) => {
    await running("report", stage)(kit, issue);
    await kit.waitForEnd("mediator");
  };

/** When GitHub has got a request that fits; whether it was answered is left to chance. */
const requested =
  (method: string, path: RegExp, count = 1): Moment =>
  (kit) =>
    kit.world.github.waitFor(
      `${method} ${path}`,
      () => kit.world.github.requests.filter((each) => each.method === method && path.test(each.path)).length >= count,
      120_000,
    );

/** When our mark stands: after the task was published, before or after it was taken. */
const marked =
  (content: "eyes" | "rocket"): Moment =>
  (kit, issue) => {
    const targets = () => (content === "eyes" ? [issue] : kit.ours(issue, markers.plan));
    const stands = () => targets().some(({ reactions }) => reactions.some((each) => each.content === content));
    return kit.world.github.waitFor(content, stands, 120_000);
  };

const comment = /\/issues\/\d+\/comments$/;
const push = /git-receive-pack$/;
const pull = /\/pulls$/;

const cases: [Kind, string, Moment][] = [
  ["launcher", "when the issue's 👀 is set", marked("eyes")],
  ["launcher", "when the mediator starts", running("mediator")],
  ["launcher", "while Codex plans", running("codex")],
  ["launcher", "when the first comment is made", requested("POST", comment)],
  ["launcher", "when the plan is posted", requested("POST", comment, 2)],
  ["launcher", "when the plan's 🚀 is set", marked("rocket")],
  ["launcher", "while Codex implements", running("codex", "implementation")],
  ["launcher", "when the branch is pushed", requested("POST", push)],
  ["launcher", "when the pull request is opened", requested("POST", pull)],
  ["launcher", "while the report waits for the end", running("report", "implementation")],
  ["launcher", "when the report tells the end", telling("implementation")],
  ["mediator", "while Codex plans", running("codex")],
  ["mediator", "when the plan is posted", requested("POST", comment, 2)],
  ["mediator", "while Codex implements", running("codex", "implementation")],
  ["mediator", "when the branch is pushed", requested("POST", push)],
  ["mediator", "when the pull request is opened", requested("POST", pull)],
  ["agent", "when it starts", running("agent")],
  ["agent", "while Codex implements", running("codex", "implementation")],
  ["codex", "while it plans", running("codex")],
  ["codex", "while it implements", running("codex", "implementation")],
  ["report", "while it waits for the end", running("report")],
  ["report", "when it tells the plan's end", telling("planning")],
  ["report", "when it tells the result", telling("implementation")],
];

test.each(cases)("%s killed %s: the pipeline finishes, with one of each", async (kind, _, moment) => {
  kit = await startKit();
  await kit.start();
  const issue = kit.openIssue();
  const person = kit.waitForPlan(issue).then(async (plan) => {
    await kit.approve(plan);
    return kit.waitForResult(issue);
  });
  await moment(kit, issue);
  const killed = kit.kill(kind);
  if (kind === "launcher") await kit.start();
  expect(killed, "processes killed").toBeGreaterThan(0);

  const result = await person;
  expect(result.body).toContain('"outcome":"done"');
  const { github } = kit.world;
  const [pullRequest, ...more] = github.pulls(github.repository(repository));
  expect(more).toEqual([]);
  expect(pullRequest).toMatchObject({ state: "open", pull: { draft: true } });
  for (const marker of [markers.plan, markers.result]) expect(kit.ours(issue, marker).length, marker).toBe(1);
});
