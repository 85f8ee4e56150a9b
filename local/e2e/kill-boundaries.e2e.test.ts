import { markers, type Stage } from "@froussard/contract";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { expectAccount } from "./testing/expect-account.ts";
import { expectOneOfEach } from "./testing/expect-one-of-each.ts";
import { type FaultRun, type FaultWorld, startFaultWorld } from "./testing/fault-world.ts";

/**
 * Every boundary between two steps of a run, hit by a death: of the mediator, which goes on from its record; of the whole
 * node, after which only GitHub remembers; of the agent. In the end there is one of each, and what the model billed stands
 * in the run's account, whoever died meanwhile.
 */
let world: FaultWorld;
/** What one whole run asks of the model, by stage. */
const whole: Record<Stage, number> = { planning: 0, implementation: 0 };

beforeAll(async () => {
  world = await startFaultWorld();
  for (const stage of ["planning", "implementation"] as const) {
    const run = world.begin(stage);
    const result = await run.start();
    expect(result, run.log()).toMatchObject({ outcome: "done" });
    whole[stage] = run.accounts(result).asked;
  }
});
afterEach(() => {
  world.model.heal();
  world.github.faults.heal();
});
afterAll(() => world.close());

/** How a run is brought to a boundary, and held there where it would otherwise run past it. */
type Reach = (run: FaultRun) => Promise<unknown>;

const logged =
  (message: string): Reach =>
  (run) =>
    run.logged(message);

/** GitHub has got the request and does not answer it: nothing was done. */
const asked =
  (method: string, path: RegExp, nth = 1): Reach =>
  async (run) => {
    if (nth > 1) await run.requested(method, path, nth - 1);
    world.github.faults.inject({ method, path, hang: true, times: 1 });
    await run.requested(method, path, nth);
  };

/** GitHub has done it, and its answer is lost. */
const done =
  (method: string, path: RegExp, there: (run: FaultRun) => boolean, nth = 1): Reach =>
  async (run) => {
    if (nth > 1) await run.requested(method, path, nth - 1);
    world.github.faults.inject({ method, path, dropConnection: "after", times: 1 });
    await world.github.waitFor(`${method} ${path}`, () => there(run), 90_000);
  };

const model =
  (kind: "hang" | "hang-stream", after = 0): Reach =>
  async (run) => {
    world.model.inject({ kind }, { after });
    await run.asked(after + 1);
  };

const comment = /\/issues\/\d+\/comments$/;
const fetched = /git-upload-pack$/;
const pushed = /git-receive-pack$/;
const pull = /\/pulls$/;
const hasComment = (marker: string) => (run: FaultRun) =>
  run.issue.comments.some(({ body }) => body?.startsWith(marker));

/** `paid`: the model is asked no second time when the mediator, or the node, is lost here. */
interface Boundary {
  reach: Reach;
  paid?: "from the record" | "from GitHub";
}

const before: Record<string, Boundary> = {
  "the task is confirmed": { reach: logged("task confirmed") },
  "the run is reserved": { reach: asked("POST", comment) },
  "the clone begins": { reach: asked("POST", fetched) },
  "the working copy is there": { reach: logged("working copy is there") },
  "the sandbox is proven": { reach: logged("sandbox is proven") },
  "the model is asked": { reach: model("hang") },
  "the model's answer has begun": { reach: model("hang-stream") },
  "the model's last answer has begun": { reach: model("hang-stream", 1) },
  "Codex has ended": { reach: logged("codex ended") },
};
const handedOver: Boundary = {
  reach: (run) => run.recorded(({ state }) => state === "result"),
  paid: "from the record",
};
const boundaries: Record<Stage, Record<string, Boundary>> = {
  // Up to here both stages take the same steps.
  planning: {
    "the result is handed over": handedOver,
    "the plan is about to stand": { reach: asked("POST", comment, 2), paid: "from the record" },
    "the plan stands": { reach: done("POST", comment, hasComment(markers.plan), 2), paid: "from GitHub" },
  },
  implementation: {
    ...before,
    "the result is handed over": handedOver,
    "the commit is made": {
      reach: (run) => run.recorded(({ commit }) => commit !== undefined),
      paid: "from the record",
    },
    "the branch is about to be pushed": { reach: asked("POST", pushed), paid: "from the record" },
    "the branch is pushed": {
      reach: async (run) => {
        world.github.faults.inject({ method: "POST", path: pushed, dropConnection: "after", times: 1 });
        await expect.poll(() => run.commits(), { timeout: 90_000, interval: 20 }).toBe(1);
      },
      paid: "from GitHub",
    },
    "the pull request is about to be opened": { reach: asked("POST", pull), paid: "from GitHub" },
    "the pull request is open": {
      reach: done("POST", pull, (run) => run.pulls().length > 0),
      paid: "from GitHub",
    },
    "the result is about to be told": { reach: asked("POST", comment, 2), paid: "from GitHub" },
    "the result is told": { reach: done("POST", comment, hasComment(markers.result), 2), paid: "from GitHub" },
  },
};

describe.each(["planning", "implementation"] as const)("%s", (stage) => {
  const cases = Object.entries(boundaries[stage]);

  test.each(cases)("the mediator dies when %s", async (_, { reach, paid }) => {
    const run = world.begin(stage);
    const running = run.start();
    await reach(run);
    expect(run.kill("mediator"), "mediators killed").toBe(1);
    const result = await running;
    expect(result, run.log()).toMatchObject({ outcome: "done" });
    await expectOneOfEach(run, stage);
    expectAccount(run, result);
    const { asked } = run.accounts(result);
    if (paid) expect(asked).toBe(whole[stage]);
    else expect(asked).toBeLessThanOrEqual(2 * whole[stage]);
  });

  test.each(cases)("the node is lost when %s", async (_, { reach, paid }) => {
    const run = world.begin(stage);
    const lost = expect(run.start()).rejects.toThrow("the node is lost");
    await reach(run);
    await run.loseNode();
    await lost;
    const result = await run.start();
    expect(result, run.log()).toMatchObject({ outcome: "done" });
    await expectOneOfEach(run, stage);
    const { asked, account } = run.accounts(result);
    if (paid === "from GitHub") expect(asked).toBe(whole[stage]);
    else expect(asked).toBeLessThanOrEqual(2 * whole[stage]);
    if (account) expect(account.inputTokens + account.outputTokens).toBeLessThanOrEqual(account.reservedTokens);
  });
});

const inHand = Object.entries(before).filter(([name]) => !/confirmed|reserved|clone/.test(name));
test.each(inHand)("the agent dies when %s", async (_, { reach }) => {
  const run = world.begin("implementation");
  const running = run.start();
  await reach(run);
  expect(run.kill("agent"), "agents killed").toBeGreaterThan(0);
  const result = await running;
  expect(result, run.log()).toMatchObject({ outcome: "done" });
  await expectOneOfEach(run, "implementation");
  expectAccount(run, result);
});
