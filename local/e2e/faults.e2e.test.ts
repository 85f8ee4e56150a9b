import { type FailureCode, markers, type Stage } from "@froussard/contract";
import type { RunTaskResult } from "codex-runner/run/run-task-result";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { expectAccount } from "./testing/expect-account.ts";
import { expectOneOfEach } from "./testing/expect-one-of-each.ts";
import { type FaultRun, type FaultWorld, maintainer, startFaultWorld } from "./testing/fault-world.ts";

/** GitHub, the model and people, each failing a run at every boundary between two of its steps. */
let world: FaultWorld;
/** What one whole run asks of the model, by stage. */
const whole: Record<Stage, number> = { planning: 0, implementation: 0 };

beforeAll(async () => {
  world = await startFaultWorld();
  for (const stage of ["planning", "implementation"] as const) {
    const run = world.begin(stage);
    const result = await run.start();
    expect(result, run.log()).toMatchObject({ outcome: "done" });
    await expectOneOfEach(run, stage);
    expectAccount(run, result);
    whole[stage] = run.accounts(result).asked;
  }
});
afterEach(() => {
  world.model.heal();
  world.github.faults.heal();
});
afterAll(() => world.close());

type Rule = Parameters<FaultWorld["github"]["faults"]["inject"]>[0];

const comment = { method: "POST", path: /\/issues\/\d+\/comments$/ };
const push = { method: "POST", path: /git-receive-pack$/ };
const pull = { method: "POST", path: /\/pulls$/ };
const query = { method: "POST", path: /\/graphql$/ };
const fetched = { method: "POST", path: /git-upload-pack$/ };
const labelled = { method: "POST", path: /\/issues\/\d+\/labels$/ };

const logged = (message: string) => (run: FaultRun) => run.logged(message);
const requested =
  ({ method = "", path }: { method?: string; path: RegExp }) =>
  (run: FaultRun) =>
    run.requested(method, path);

/** A request of a run, by what it writes or reads, and how many of its kind come before it. */
const requests: Record<string, { stage: Stage; rule: Rule; after?: (run: FaultRun) => Promise<unknown> }> = {
  "the issue is read": { stage: "implementation", rule: query },
  "the run is reserved": { stage: "implementation", rule: comment },
  "the commit is fetched": { stage: "implementation", rule: fetched },
  "the plan is posted": {
    stage: "planning",
    rule: comment,
    after: requested(comment),
  },
  "the approval is read again": { stage: "implementation", rule: query, after: logged("codex ended") },
  "the branch is pushed": { stage: "implementation", rule: push },
  "the pull request is opened": { stage: "implementation", rule: pull },
  "the result is told": {
    stage: "implementation",
    rule: comment,
    after: requested(comment),
  },
  "the label is set": { stage: "implementation", rule: labelled },
};

const lost = 4;
const creates = ({ rule }: { rule: Rule }) => [comment, push, pull].some(({ path }) => path === rule.path);

describe("GitHub fails once: nothing is paid twice, nothing stands twice", () => {
  const failures: Record<string, Rule> = {
    "answers 500": { status: 500 },
    "answers 502 with a page": { status: 502, body: "<html><h1>502 Bad Gateway</h1></html>" },
    "breaks the connection": { dropConnection: "before" },
    "says that it is too much (403)": {
      status: 403,
      headers: { "retry-after": "1" },
      body: { message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again." },
    },
    "does it, and its answer is lost": { dropConnection: "after" },
  };
  /** What creates something is also hit after the fact; of the other ways each request meets some, and each way some requests. */
  const cases = Object.entries(requests).flatMap(([when, request], index) =>
    Object.entries(failures)
      .filter((_, way) => (way === lost ? creates(request) : (way + index) % (creates(request) ? 2 : 4) === 0))
      // To git a 403 means that it may not; only the API says why.
      .filter(([, { status }]) => status !== 403 || !/git-/.test(String(request.rule.path)))
      .map(([how, failure]) => ({ how, when, failure, ...request })),
  );

  test.each(cases)("$how when $when", async ({ failure, stage, rule, after }) => {
    const run = world.begin(stage);
    if (!after) world.github.faults.inject({ ...rule, ...failure, times: 1 });
    const running = run.start();
    await after?.(run);
    if (after) world.github.faults.inject({ ...rule, ...failure, times: 1 });
    const result = await running;
    expect(result, run.log()).toMatchObject({ outcome: "done" });
    await expectOneOfEach(run, stage);
    expectAccount(run, result);
    expect(run.accounts(result).asked).toBe(whole[stage]);
  });
});

/** The run ended without its result, told once, and with nothing on GitHub that it had not made before. */
async function expectToldFailure(run: FaultRun, result: RunTaskResult, code: FailureCode): Promise<void> {
  expect(result.code, run.log()).toBe(code);
  const told = run.visible(markers.result);
  expect(told).toHaveLength(1);
  expect(told[0]?.body).toContain(`"code":"${code}"`);
  expect(run.pulls()).toEqual([]);
  expect(await run.commits()).toBeUndefined();
}

describe("GitHub refuses for good: told, with what was paid", () => {
  test.each<[string, string, Rule, (run: FaultRun) => Promise<unknown>, FailureCode]>([
    ["401", "the approval is read again", { ...query, status: 401 }, logged("codex ended"), "bad-credentials"],
    ["404", "the run is reserved", { ...comment, status: 404 }, async () => {}, "forbidden"],
    ["403", "the run is reserved", { ...comment, status: 403 }, async () => {}, "forbidden"],
  ])("%s when %s", async (_, __, rule, reach, code) => {
    const run = world.begin("implementation");
    const running = run.start();
    await reach(run);
    world.github.faults.inject({ ...rule, times: 1 });
    const result = await running;
    await expectToldFailure(run, result, code);
    expectAccount(run, result);
  });

  test("an outage during the whole first attempt: the result is kept, and published by the next", async () => {
    const run = world.begin("implementation");
    const running = run.start();
    await run.logged("codex ended");
    const heal = world.github.faults.inject({ status: 503 });
    await run.logged("the run ends without its result");
    heal();
    const result = await running;
    expect(result, run.log()).toMatchObject({ outcome: "done" });
    await expectOneOfEach(run, "implementation");
    expectAccount(run, result);
    expect(run.accounts(result).asked).toBe(whole.implementation);
  });
});

describe("Codex comes to nothing: told, with what was paid", () => {
  test.each([
    ["the first", 0, 1_000],
    ["the second", 1, 3_000],
  ])("the budget ends before %s request", async (_, asked, more) => {
    const example = world.model.requests.find(({ path }) => path === "/v1/responses");
    const room = asked === 0 ? 0 : Math.ceil(JSON.stringify(example?.body).length / 3);
    const budget = room + more;
    const run = world.begin("implementation");
    const result = await run.start({ CODEX_TOKEN_BUDGET: String(budget) });
    await expectToldFailure(run, result, "budget-exhausted");
    expectAccount(run, result);
    expect(run.accounts(result).asked).toBe(asked);
    expect(run.accounts(result).account?.reservedTokens).toBeLessThanOrEqual(budget);
  });

  const report = JSON.stringify({ title: "Nothing", summary: "Nothing to do.", tests: [] });
  test.each<[string, Stage, string, number, FailureCode]>([
    ["no word", "planning", "", 0, "agent-failed"],
    ["another form", "planning", "{}", 1, "invalid-plan"],
    ["a report of nothing", "implementation", report, 0, "no-changes"],
  ])("it answers with %s", async (_, stage, text, after, code) => {
    const run = world.begin(stage);
    world.model.inject({ kind: "answer", text }, { after });
    const result = await run.start();
    expect(result.outcome, run.log()).toBe("failed");
    await expectToldFailure(run, result, code);
    expectAccount(run, result);
    expect(run.accounts(result).asked).toBe(after + 1);
  });

  test.each([0, 1])(
    "its stream is cut once, after %i whole answers: it goes on, and the cut one counts",
    async (after) => {
      const run = world.begin("implementation");
      world.model.inject({ kind: "cut-stream" }, { after });
      const result = await run.start();
      expect(result, run.log()).toMatchObject({ outcome: "done" });
      await expectOneOfEach(run, "implementation");
      expectAccount(run, result);
      expect(run.accounts(result).account).toMatchObject({ estimated: true, attempts: 1 });
    },
  );
});

describe("nobody wants it any more: nothing is pushed", () => {
  const ways: Record<string, { act: (run: FaultRun) => unknown; code: FailureCode }> = {
    "the 👍 is taken back": { act: ({ plan }) => plan && person().unreact(plan), code: "not-approved" },
    "the plan is edited": {
      act: ({ plan }) => plan && person().editComment(plan, plan.body?.replace("spelling", "SPELLING") ?? ""),
      code: "not-approved",
    },
    "the issue is closed": { act: ({ issue }) => person().closeIssue(issue), code: "issue-closed" },
    "/cancel is said": { act: ({ issue }) => person().comment(issue, "/cancel"), code: "cancelled" },
  };
  const moments: Record<string, (run: FaultRun) => Promise<unknown>> = {
    "the task is confirmed": (run) => run.logged("task confirmed"),
    "the working copy is there": (run) => run.logged("working copy is there"),
    "the sandbox is proven": (run) => run.logged("sandbox is proven"),
    "the model is asked": async (run) => {
      world.model.inject({ kind: "hang" });
      await run.asked();
    },
    "the model's last answer has begun": async (run) => {
      world.model.inject({ kind: "hang-stream" }, { after: 1 });
      await run.asked(2);
    },
    "Codex has ended": (run) => run.logged("codex ended"),
    // Right before the approval is.
    "the branch is looked at": async (run) => {
      await run.logged("codex ended");
      const before = world.github.requests.length;
      world.github.faults.inject({ ...fetched, delayMs: 1_000, times: 1 });
      await expect
        .poll(() => world.github.requests.slice(before).some(({ path }) => fetched.path.test(path)), { interval: 5 })
        .toBe(true);
    },
  };
  const person = () => world.github.as(maintainer);
  const cases = Object.entries(ways).flatMap(([what, way], index) =>
    // People's four ways are found out by one look: each moment is tried with two of them.
    Object.entries(moments)
      .filter((_, moment) => (moment + index) % 2 === 0)
      .map(([when, reach]) => ({ what, when, reach, ...way })),
  );

  test.each(cases)("$what when $when", async ({ reach, act, code }) => {
    const run = world.begin("implementation");
    world.pass(2);
    const running = run.start();
    await reach(run);
    act(run);
    const result = await running;
    await expectToldFailure(run, result, code);
    expectAccount(run, result);
  });
});
