import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  type About,
  branchName,
  hiddenIds,
  markers,
  RunFailure,
  type RunIds,
  readPlans,
  subjectId,
  taskId,
} from "@froussard/contract";
import {
  at,
  bot,
  buildSnapshot,
  comment,
  maintainer,
  planComment,
  reaction,
  stranger,
} from "@froussard/contract/testing/build-snapshot";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PlanAnswer } from "../plan.ts";
import type { RunResult } from "../protocol.ts";
import { ledgerEntries } from "../publish/texts/cost-text.ts";
import { emptyLedger } from "./ledger.ts";
import { createMediator } from "./mediator.ts";
import type { MediatorOptions } from "./mediator-options.ts";
import type { Publisher } from "./ports.ts";
import { newRecord, type RunRecord } from "./record.ts";
import { createRecordStore, type RecordStore } from "./record-store.ts";
import { createSecretSearch } from "./secrets/secret-search.ts";
import { createWorld, fakeFacts, fakeGit, fakePublisher, plan, rules, type World } from "./testing/fakes.ts";

let folder: string;
let now: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mediator-"));
  now = Date.parse("2026-01-05T12:00:00Z");
});
afterEach(() => rmSync(folder, { recursive: true }));

const ofPlanning = {
  subjectId: subjectId({ repositoryId: 501, issueId: 7001, stage: "planning", about: "issue" }),
  about: "issue",
} as const;
const planning = (() => {
  return { TASK_STAGE: "planning", TASK_ID: taskId("planning", 12, ofPlanning.subjectId, 0) } as const;
})();
const approved = () => buildSnapshot([planComment(2, { reactions: [reaction("THUMBS_UP", at(9))] })]);
const implementation = (() => {
  const [found] = readPlans(approved());
  const about: About = `plan:2:${found?.sha256}`;
  const subject = subjectId({ repositoryId: 501, issueId: 7001, stage: "implementation", about });
  return {
    about,
    subject,
    branch: branchName("codex/issue-", 12, subject),
    claim: {
      TASK_STAGE: "implementation",
      TASK_ID: taskId("implementation", 12, subject, 0),
      TASK_PLAN_COMMENT_ID: 2,
      TASK_PLAN_SHA256: found?.sha256,
    } as const,
  };
})();

const common = { TASK_REPOSITORY: "gregkonush/lab", TASK_ISSUE_NUMBER: 12, TASK_DRY_RUN: false };
const storeOf = (): RecordStore => createRecordStore(folder, () => {});

/** A new mediator over the same folder and the same world: what a restart is. */
function start(world: World, claim: Partial<MediatorOptions["claim"]> = planning, more: Partial<MediatorOptions> = {}) {
  return createMediator({
    claim: { ...common, ...planning, ...claim },
    rules: async () => rules,
    codex: { model: "gpt-6.1-sol", effort: "high", sandbox: "require" },
    limits: { perIssue: 10, perDay: 100 },
    deadlineMs: 3_600_000,
    idleMs: 600_000,
    egress: false,
    facts: fakeFacts(world),
    publisher: fakePublisher(world),
    openGit: async () => fakeGit(world),
    secrets: createSecretSearch(async () => [{ name: "the bearer of this run", value: bearer }]),
    store: storeOf(),
    clock: () => new Date(now),
    log: pino({ enabled: false }),
    progressIntervalMs: 0,
    wantedIntervalMs: 0,
    everyWantedLook: () => () => {},
    flushPatienceMs: { answer: 60_000, push: 60_000, stop: 60_000 },
    ...more,
  });
}

const bearer = "q7Lx0vR3mZ8tB1nK5wY2cD6fG9hJ4pS0";
const planResult: RunResult = { kind: "plan", plan };
const changes: RunResult = {
  kind: "changes",
  report: { title: "Add the option", summary: "Done.", tests: [] },
  changes: [{ path: "src/a.ts", mode: "100644", content: "YQ==" }],
};
const done = { state: "closed", outcome: "done" };
/** A progress comment that is written once, for the run's place among the others, and then never again. */
const hangingAfterFirst = () => {
  let isFirst = true;
  return () => {
    if (!isFirst) return new Promise<never>(() => {});
    isFirst = false;
    return Promise.resolve();
  };
};
/** A progress comment of ours, of another task on the same issue. */
const earlier = (id: number, attempt: number, changes: Partial<RunRecord> = {}) => {
  const task = taskId("planning", 12, ofPlanning.subjectId, attempt);
  const record = { ...newRecord(task, emptyLedger("m")), state: "closed" as const, attempts: 1, ...changes };
  const ids: RunIds = { ...ofPlanning, taskId: task, stage: "planning", record };
  return comment(id, { author: bot, body: `${markers.progress}\n${hiddenIds(ids)}\n` });
};

describe("planning", () => {
  test("from the task to the published plan", async () => {
    const world = createWorld();
    const mediator = start(world);
    const task = await mediator.task();
    expect(task).toMatchObject({
      state: "work",
      taskId: planning.TASK_ID,
      stage: "planning",
      codex: { webSearch: "live" },
    });
    expect(task).toMatchObject({ prompt: expect.stringContaining("Add a shout option") });
    expect(await text(await mediator.workspace())).toBe("pack");
    now += 90_000;
    expect(await mediator.result(planResult)).toEqual(done);
    expect(await mediator.task()).toEqual(done);
    expect(world.log.filter((line) => line !== "progress publishing")).toEqual([
      // Its place among the day's runs, then the work.
      "progress working",
      "progress working",
      "plan",
      "progress ended",
    ]);
    expect(storeOf().read()).toMatchObject({ state: "closed", outcome: "done", attempts: 1, ledger: { seconds: 90 } });
    expect(statSync(join(folder, "record.json")).mode & 0o777).toBe(0o600);
  });

  test("a plan that names a protected file says so to whoever approves it", async () => {
    const world = createWorld();
    const shown: PlanAnswer[] = [];
    const publisher: Publisher = {
      ...fakePublisher(world),
      plan: async (_, answer) => {
        shown.push(answer);
        return { url: "https://github.com/plan" };
      },
    };
    const mediator = start(world, planning, { publisher });
    await mediator.task();
    const file = { path: ".github/workflows/ci.yml", action: "change" as const, reason: "" };
    expect(await mediator.result({ kind: "plan", plan: { ...plan, files: [file] } })).toEqual(done);
    expect(shown[0]?.risks[0]).toContain('Protected here: ".github/workflows/ci.yml"');
  });

  test("what the agent's canary proved stands in the ledger, in the record and for people", async () => {
    const mediator = start(createWorld());
    await mediator.task();
    const proof = { proven: ["clean-environment" as const, "privileges" as const], unproven: ["network" as const] };
    await mediator.progress({ activity: "starting", todo: [], sandbox: { policy: "pod", ...proof } });
    await mediator.progress({ activity: "thinking", todo: [] });
    expect(storeOf().read()?.ledger.proof).toEqual(proof);
    expect(ledgerEntries(mediator.ledger).join()).toContain("(2 points proven beforehand; not proven: network)");
  });

  test("the time is recorded in whole milliseconds", async () => {
    const mediator = start(createWorld());
    await mediator.task();
    for (const step of [100, 200]) {
      now += step;
      mediator.ledgerChanged();
    }
    expect(storeOf().read()?.ledger.seconds).toBe(0.3);
  });

  test("a private repository is searched for from a cache only", async () => {
    const snapshot = buildSnapshot();
    snapshot.repository.isPrivate = true;
    expect(await start(createWorld({ snapshot })).task()).toMatchObject({ codex: { webSearch: "cached" } });
  });

  test.each<[string, RunResult, string]>([
    ["a plan without steps", { kind: "plan", plan: { ...plan, steps: [] } }, "invalid-plan"],
    ["a plan with more than asked for", { kind: "plan", plan: { ...plan, extra: 1 } }, "invalid-plan"],
    ["a change", changes, "agent-failed"],
    ["its own failure", { kind: "failure", code: "idle", detail: "silent" }, "idle"],
    [
      "a failure that is not the agent's to claim",
      { kind: "failure", code: "github-unavailable", detail: "" },
      "agent-failed",
    ],
  ])("an agent that answers %s", async (_, result, code) => {
    const world = createWorld();
    const mediator = start(world);
    await mediator.task();
    expect(await mediator.result(result)).toMatchObject({ state: "closed", code });
    expect(world.plans).toEqual([]);
  });

  test.each<[string, Partial<World>, Partial<MediatorOptions["claim"]>, object]>([
    ["an unknown issue", { snapshot: undefined }, {}, { code: "invalid-task", outcome: "refused" }],
    ["another repository id", {}, { TASK_REPOSITORY_ID: 502 }, { code: "invalid-task" }],
    ["a forged task id", {}, { TASK_ID: "codex-planning-12-0123456789abcdef" }, { code: "invalid-task" }],
    ["a forged head", {}, { TASK_HEAD: "main" }, { code: "invalid-task" }],
    ["a stranger's issue", { snapshot: buildSnapshot([], { author: stranger }) }, {}, { code: "invalid-task" }],
    [
      "a closed issue",
      { snapshot: buildSnapshot([], { state: "CLOSED" }) },
      {},
      { code: "issue-closed", outcome: "cancelled" },
    ],
    ["a cancelled run", { snapshot: buildSnapshot([comment(5, { body: "/cancel" })]) }, {}, { code: "cancelled" }],
    [
      "an issue with the skip label",
      { snapshot: buildSnapshot([], { labels: ["codex:skip"] }) },
      {},
      { code: "skipped", outcome: "cancelled" },
    ],
    ["no push right", { mayPush: false }, {}, { code: "forbidden" }],
    ["an archived repository", { isArchived: true }, {}, { code: "forbidden" }],
    ["an empty repository", { tip: undefined }, {}, { code: "empty-repository" }],
    [
      "GitHub down",
      { failures: new Map([["repository", new RunFailure("github-unavailable")]]) },
      {},
      { code: "github-unavailable" },
    ],
    [
      "a clone that fails",
      { failures: new Map([["fetch", new RunFailure("repository-too-large")]]) },
      {},
      { code: "repository-too-large" },
    ],
    ["a plan that stands already", { snapshot: buildSnapshot([planComment(2)]) }, {}, { outcome: "done" }],
  ])("the answer to %s", async (_, world, claim, end) => {
    expect(await start(createWorld(world), claim).task()).toMatchObject({ state: "closed", ...end });
  });

  test("an end that GitHub shows already is told as such, also one that might be another next time", async () => {
    const ids = {
      ...ofPlanning,
      taskId: planning.TASK_ID,
      stage: "planning",
      outcome: "failed",
      code: "not-started",
    } as const;
    const result = (more: object = {}) =>
      buildSnapshot([comment(5, { author: bot, body: `${markers.result}\n${hiddenIds(ids)}\nIt ended.`, ...more })]);
    const end = { state: "closed", outcome: "failed", code: "not-started", detail: "told already", final: true };
    expect(await start(createWorld({ snapshot: result() })).task()).toEqual(end);
    // It is looked at anew: a person may have deleted it.
    expect(await start(createWorld({ snapshot: result() })).task()).toEqual(end);
    expect(await start(createWorld()).task()).toMatchObject({ state: "work" });
    expect(
      await start(createWorld({ snapshot: result({ viewerDidAuthor: false, author: stranger }) })).task(),
    ).toMatchObject({
      state: "work",
    });
  });

  test("the derived head is accepted", async () => {
    expect(await start(createWorld(), { TASK_HEAD: "codex/issue-12" }).task()).toMatchObject({ state: "work" });
  });

  test("people who cannot be looked up are told as the task's answer", async () => {
    const looking = async () => {
      throw new RunFailure("bad-credentials");
    };
    expect(await start(createWorld(), {}, { rules: looking }).task()).toMatchObject({ code: "bad-credentials" });
  });

  test.each<[string, Parameters<typeof buildSnapshot>[1], string]>([
    ["closed", { state: "CLOSED" }, "issue-closed"],
    ["labelled codex:skip", { labels: ["codex:skip"] }, "skipped"],
  ])("an issue %s while the agent worked gets no plan", async (_, issue, code) => {
    const world = createWorld();
    const mediator = start(world);
    await mediator.task();
    world.snapshot = buildSnapshot([], issue);
    await expect(mediator.stillWanted()).rejects.toMatchObject({ code });
    expect(await mediator.result(planResult)).toMatchObject({ code });
    expect(world.plans).toEqual([]);
  });
});

describe("a run that nobody wants any more ends while no request is made to the model", () => {
  function startLooking(world: World) {
    const ticks = new Set<() => void>();
    const mediator = start(world, planning, {
      everyWantedLook: (tick) => {
        ticks.add(tick);
        return () => ticks.delete(tick);
      },
    });
    const tick = () => {
      for (const each of ticks) each();
    };
    return { mediator, ticks, tick };
  }

  test.each<[string, () => World["snapshot"], string]>([
    ["a /cancel", () => buildSnapshot([comment(5, { body: "/cancel" })]), "cancelled"],
    ["the issue closed", () => buildSnapshot([], { state: "CLOSED" }), "issue-closed"],
  ])("%s", async (_, later, code) => {
    const world = createWorld();
    const { mediator, ticks, tick } = startLooking(world);
    await mediator.task();
    tick();
    await mediator.stillWanted();
    expect(await mediator.task()).toMatchObject({ state: "work" });
    world.snapshot = later();
    tick();
    await expect.poll(() => mediator.over.aborted, { interval: 1 }).toBe(true);
    expect(ticks.size).toBe(0);
    expect(mediator.left.aborted).toBe(true);
    expect(await mediator.task()).toMatchObject({ state: "closed", outcome: "cancelled", code });
    await expect(mediator.result(planResult)).rejects.toMatchObject({ status: 409 });
    await mediator.stop();
    expect(world.plans).toEqual([]);
    expect(world.log.at(-1)).toBe("progress ended");
  });

  test("GitHub that cannot be asked ends nothing", async () => {
    const world = createWorld();
    const { mediator, tick } = startLooking(world);
    await mediator.task();
    world.failures.set("issue", new RunFailure("github-unavailable"));
    tick();
    await expect.poll(() => world.failures.size, { interval: 1 }).toBe(0);
    expect(await mediator.task()).toMatchObject({ state: "work" });
    expect(mediator.over.aborted).toBe(false);
  });

  test("a look under way when the result comes does not cut the publishing", async () => {
    const world = createWorld();
    const { mediator, ticks, tick } = startLooking(world);
    await mediator.task();
    world.before.set("plan", () => {
      expect(ticks.size).toBe(0);
      world.snapshot = buildSnapshot([comment(5, { body: "/cancel" })]);
      tick();
    });
    tick();
    expect(await mediator.result(planResult)).toEqual(done);
    expect(mediator.over.aborted).toBe(false);
    expect(world.plans).toHaveLength(1);
  });
});

describe("an agent has the task in hand", () => {
  type Running = ReturnType<typeof start>;
  const ends: [string, (mediator: Running) => Promise<unknown>][] = [
    ["its result", (mediator) => mediator.result(planResult)],
    ["its failure", (mediator) => mediator.result({ kind: "failure", code: "idle", detail: "" })],
    ["a stop", (mediator) => mediator.stop()],
  ];

  test.each(ends)("from when it asked until %s", async (_, end) => {
    const mediator = start(createWorld());
    await mediator.webSearch();
    expect(mediator.isWorking()).toBe(false);
    await mediator.task();
    expect(mediator.isWorking()).toBe(true);
    expect(mediator.left.aborted).toBe(false);
    const ended = end(mediator);
    await expect.poll(() => mediator.left.aborted, { interval: 1 }).toBe(true);
    await ended;
    expect(mediator.isWorking()).toBe(false);
  });

  test("and no longer when the clone fails", async () => {
    const world = createWorld({ failures: new Map([["fetch", new RunFailure("github-unavailable")]]) });
    const mediator = start(world);
    expect(await mediator.task()).toMatchObject({ code: "github-unavailable" });
    expect(mediator.isWorking()).toBe(false);
    expect(mediator.left.aborted).toBe(true);
  });

  test("nor when it fails while the agent makes itself ready: it gets no working copy, and the reason is kept", async () => {
    const fetching = Promise.withResolvers<never>();
    const openGit = async () => ({ ...fakeGit(createWorld()), fetchCommit: () => fetching.promise });
    const mediator = start(createWorld(), planning, { openGit });
    expect(await mediator.task()).toMatchObject({ state: "work" });
    const workspace = mediator.workspace();
    fetching.reject(new RunFailure("repository-too-large"));
    await expect(workspace).rejects.toMatchObject({ status: 409 });
    expect(mediator.isWorking()).toBe(false);
    const failure: RunResult = { kind: "failure", code: "internal", detail: "the agent failed; see its log" };
    await expect(mediator.result(failure)).rejects.toMatchObject({ status: 409 });
    expect(await mediator.task()).toMatchObject({ state: "closed", code: "repository-too-large" });
  });

  test("nor when it fails while GitHub is still being asked, whose answer changes nothing about that", async () => {
    const world = createWorld();
    const fetchCommit = () => Promise.reject(new RunFailure("repository-too-large"));
    // Later than whatever came of the fetch.
    const progressSince = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return world.dayComments;
    };
    const mediator = start(world, planning, {
      facts: { ...fakeFacts(world), progressSince },
      openGit: async () => ({ ...fakeGit(world), fetchCommit }),
    });
    await expect.poll(() => mediator.task(), { interval: 1 }).toMatchObject({ code: "repository-too-large" });
    await expect(mediator.workspace()).rejects.toMatchObject({ status: 409 });
    expect(storeOf().read()).toMatchObject({ state: "closed", code: "repository-too-large" });
  });

  /** A working copy that is being packed until the test says that this has failed. */
  function packingIn(world: World) {
    const begun = Promise.withResolvers<void>();
    const packed = Promise.withResolvers<never>();
    const packWorkspace = () => {
      begun.resolve();
      return packed.promise;
    };
    const packing = { begun: begun.promise, reject: packed.reject };
    return { packing, openGit: async () => ({ ...fakeGit(world), packWorkspace }) };
  }

  test("an end stays what it was, whatever fails later", async () => {
    const world = createWorld();
    const { packing, openGit } = packingIn(world);
    const mediator = start(world, planning, { openGit });
    await mediator.task();
    const workspace = mediator.workspace();
    await packing.begun;
    await mediator.result({ kind: "failure", code: "sandbox-failed", detail: "" });
    packing.reject(new RunFailure("github-unavailable"));
    await expect(workspace).rejects.toMatchObject({ status: 409 });
    expect(await mediator.task()).toMatchObject({ state: "closed", code: "sandbox-failed" });
    expect(storeOf().read()).toMatchObject({ code: "sandbox-failed" });
  });

  test("a result that is there before the base commit waits for it, and is not published when that does not come", async () => {
    const world = createWorld();
    const fetching = Promise.withResolvers<never>();
    const openGit = async () => ({ ...fakeGit(world), fetchCommit: () => fetching.promise });
    const mediator = start(world, planning, { openGit });
    await mediator.task();
    const answered = mediator.result(planResult);
    await expect.poll(() => mediator.left.aborted, { interval: 1 }).toBe(true);
    fetching.reject(new RunFailure("repository-too-large"));
    expect(await answered).toMatchObject({ state: "closed", code: "repository-too-large" });
    expect(world.plans).toEqual([]);
  });

  test("a working copy that fails while the result is published changes nothing about that", async () => {
    const world = createWorld();
    const { packing, openGit } = packingIn(world);
    const mediator = start(world, planning, { openGit });
    await mediator.task();
    const refused = expect(mediator.workspace()).rejects.toMatchObject({ status: 409 });
    await packing.begun;
    world.before.set("plan", () => packing.reject(new RunFailure("github-unavailable")));
    expect(await mediator.result(planResult)).toEqual(done);
    await refused;
    expect(storeOf().read()).toMatchObject({ outcome: "done" });
    expect(storeOf().read()).not.toHaveProperty("code");
  });

  test("and gets a working copy only while it has it", async () => {
    const mediator = start(createWorld());
    await expect(mediator.workspace()).rejects.toMatchObject({ status: 409 });
    await mediator.task();
    await mediator.workspace();
    await mediator.result(planResult);
    await expect(mediator.workspace()).rejects.toMatchObject({ status: 409 });
  });

  test("its commands have a way out only where the settings say so", async () => {
    expect(await start(createWorld()).task()).not.toHaveProperty("egress");
    rmSync(join(folder, "record.json"));
    expect(await start(createWorld(), planning, { egress: true }).task()).toMatchObject({ egress: true });
  });
});

describe("implementation", () => {
  const world = (changes: Partial<World> = {}) => createWorld({ snapshot: approved(), ...changes });

  test("from the approved plan to the pull request", async () => {
    const github = world();
    const mediator = start(github, implementation.claim);
    expect(await mediator.task()).toMatchObject({ state: "work", prompt: expect.stringContaining("Add the option.") });
    expect(await mediator.result(changes)).toEqual(done);
    expect(github.log.filter((line) => !line.startsWith("progress"))).toEqual([
      `push ${implementation.branch}`,
      "pull request",
      "result done",
    ]);
    expect(github.branches.get(implementation.branch)?.message).toContain(
      `Codex-Task: ${implementation.claim.TASK_ID}`,
    );
  });

  test.each<[string, () => Partial<World>, string]>([
    ["no 👍", () => ({ snapshot: buildSnapshot([planComment(2)]) }), "not-approved"],
    [
      "a stranger's 👍",
      () => ({ snapshot: buildSnapshot([planComment(2, { reactions: [reaction("THUMBS_UP", at(9), stranger)] })]) }),
      "not-approved",
    ],
    [
      "a plan edited after the 👍",
      () => ({
        snapshot: buildSnapshot([
          planComment(2, {
            reactions: [reaction("THUMBS_UP", at(9))],
            text: "other",
            lastEditedAt: at(10),
            editor: maintainer,
          }),
        ]),
      }),
      "not-approved",
    ],
    [
      "a plan edited, and approved again",
      () => ({
        snapshot: buildSnapshot([
          planComment(2, {
            reactions: [reaction("THUMBS_UP", at(11))],
            text: "other",
            lastEditedAt: at(10),
            editor: maintainer,
          }),
        ]),
      }),
      "superseded",
    ],
    [
      "a newer request",
      () => ({ snapshot: buildSnapshot([...approved().comments, comment(12, { body: "/replan" })]) }),
      "superseded",
    ],
    [
      "a /cancel",
      () => ({ snapshot: buildSnapshot([...approved().comments, comment(12, { body: "/cancel" })]) }),
      "cancelled",
    ],
    [
      "a closed issue",
      () => ({ snapshot: { ...approved(), issue: { ...approved().issue, state: "CLOSED" as const } } }),
      "issue-closed",
    ],
    ["the skip label", () => ({ snapshot: buildSnapshot(approved().comments, { labels: ["codex:skip"] }) }), "skipped"],
    ["a base that moved away", () => ({ isAncestor: false }), "base-moved"],
    [
      "a branch of somebody else",
      () => ({ branches: new Map([[implementation.branch, { commit: "f".repeat(40), message: "mine" }]]) }),
      "branch-taken",
    ],
  ])("is refused before anything is paid: %s", async (_, changes, code) => {
    expect(await start(world(changes()), implementation.claim).task()).toMatchObject({ state: "closed", code });
  });

  test.each<[string, (github: World) => void, string]>([
    [
      "👍 taken back",
      (github) => {
        github.snapshot = buildSnapshot([planComment(2)]);
      },
      "not-approved",
    ],
    [
      "plan edited",
      (github) => {
        github.snapshot = buildSnapshot([
          planComment(2, { reactions: [reaction("THUMBS_UP", at(9))], lastEditedAt: at(20), editor: maintainer }),
        ]);
      },
      "not-approved",
    ],
    [
      "issue closed",
      (github) => {
        github.snapshot = buildSnapshot([], { state: "CLOSED" });
      },
      "issue-closed",
    ],
    [
      "issue labelled codex:skip",
      (github) => {
        github.snapshot = buildSnapshot(approved().comments, { labels: ["codex:skip"] });
      },
      "skipped",
    ],
    [
      "somebody else's commit",
      (github) => {
        github.branches.set(implementation.branch, { commit: "f".repeat(40), message: "mine" });
      },
      "branch-taken",
    ],
  ])("nothing is pushed when in between: %s", async (_, act, code) => {
    const github = world();
    const mediator = start(github, implementation.claim);
    await mediator.task();
    github.before.set("commit", () => act(github));
    expect(await mediator.result(changes)).toMatchObject({ state: "closed", code });
    expect(github.log.filter((line) => !line.startsWith("progress"))).toEqual([]);
  });

  test.each<[string, RunResult, string]>([
    ["no change", { ...changes, changes: [] }, "no-changes"],
    [
      "a protected path",
      { ...changes, changes: [{ path: ".github/workflows/x.yml", mode: "100644", content: "" }] },
      "invalid-changes",
    ],
  ])("an agent that answers with %s", async (_, result, code) => {
    const mediator = start(world(), implementation.claim);
    await mediator.task();
    expect(await mediator.result(result)).toMatchObject({ code });
  });

  test("checks that are held are held by the commit, which says so to whoever goes on from it", async () => {
    const github = world();
    const bodies: unknown[] = [];
    const publisher: Publisher = {
      ...fakePublisher(github),
      pullRequest: async (_, { checks }) => {
        bodies.push(checks);
        return { url: "https://github.com/pull/1", number: 1 };
      },
    };
    const hold: Partial<MediatorOptions> = { rules: async () => ({ ...rules, commitChecks: "hold" }), publisher };
    github.failures.set("result", new RunFailure("github-unavailable"));
    const mediator = start(github, implementation.claim, hold);
    await mediator.task();
    await mediator.result(changes);
    const message = github.branches.get(implementation.branch)?.message;
    expect(message).toMatch(/\n\n\nCodex-Task: [a-z0-9-]+\nskip-checks: true\n$/);
    rmSync(join(folder, "pending.json"));
    // The setting has changed since; the commit has not.
    const next = start(github, implementation.claim, { publisher });
    expect(await next.task()).toMatchObject({ state: "closed", outcome: "done" });
    expect(bodies).toEqual(["hold", "hold"]);
  });

  test("a report without form does not throw the change away", async () => {
    const github = world();
    const mediator = start(github, implementation.claim);
    await mediator.task();
    expect(await mediator.result({ ...changes, report: "done!" })).toEqual(done);
  });

  test("a pull request that stands already is told, whatever has changed since", async () => {
    const github = world({
      snapshot: { ...approved(), issue: { ...approved().issue, state: "CLOSED" } },
      pullRequests: [{ url: "https://github.com/pull/1", number: 1 }],
    });
    expect(await start(github, implementation.claim).task()).toEqual(done);
    expect(github.log).toEqual(["result done"]);
  });

  describe("a branch that stands already", () => {
    const own = "e".repeat(40);
    const message = `Add the option\n\nDone.\n\nCodex-Task: ${implementation.claim.TASK_ID}\n`;
    const branches = (commit = own) => new Map([[implementation.branch, { commit, message }]]);
    const recordOf = (id: string): RunRecord => ({
      ...newRecord(id, emptyLedger("gpt-6.1-sol")),
      state: "result",
      attempts: 1,
      commit: own,
    });
    const progressOf = (changes: Partial<RunIds> = {}, more = {}) => {
      const ids: RunIds = {
        taskId: implementation.claim.TASK_ID,
        subjectId: implementation.subject,
        about: implementation.about,
        stage: "implementation",
        ...changes,
      };
      const body = `${markers.progress}\n${hiddenIds({ ...ids, record: recordOf(ids.taskId) })}\nWorking.`;
      return comment(3, { author: bot, body, ...more });
    };
    const earlier = "codex-implementation-12-0123456789abcdef";
    const told = (changes?: Parameters<typeof progressOf>[0], more?: object) =>
      buildSnapshot([...approved().comments, progressOf(changes, more)]);

    test.each<[string, () => Partial<World>, RunRecord?]>([
      ["told by the private record", () => ({}), recordOf(implementation.claim.TASK_ID)],
      ["told by the progress comment", () => ({ snapshot: told() })],
      ["told by the progress comment of an earlier try", () => ({ snapshot: told({ taskId: earlier }) })],
    ])("is not paid for again when its commit is %s", async (_, changes, record) => {
      if (record) storeOf().write(record);
      const github = world({ branches: branches(), ...changes() });
      expect(await start(github, implementation.claim).task()).toEqual(done);
      expect(github.log.filter((line) => !line.startsWith("progress"))).toEqual(["pull request", "result done"]);
    });

    test.each<[string, () => Partial<World>, RunRecord?]>([
      ["pushed before us with our trailer", () => ({})],
      [
        "amended, told by the private record",
        () => ({ branches: branches("f".repeat(40)) }),
        recordOf(implementation.claim.TASK_ID),
      ],
      ["amended, told by the progress comment", () => ({ snapshot: told(), branches: branches("f".repeat(40)) })],
      ["of another subject", () => ({ snapshot: told({ subjectId: "0".repeat(64), taskId: earlier }) })],
      ["told by a stranger's comment", () => ({ snapshot: told({}, { viewerDidAuthor: false, author: stranger }) })],
      ["told by an edited comment", () => ({ snapshot: told({}, { lastEditedAt: at(9), editor: stranger }) })],
      [
        "ours and none that we would make",
        () => ({ failures: new Map([["judge", new RunFailure("branch-taken")]]) }),
        recordOf(implementation.claim.TASK_ID),
      ],
    ])("is somebody else's when its commit is %s", async (_, changes, record) => {
      if (record) storeOf().write(record);
      const github = world({ branches: branches(), ...changes() });
      expect(await start(github, implementation.claim).task()).toMatchObject({ code: "branch-taken" });
      expect(github.pullRequests).toEqual([]);
    });

    test("our trailer on a commit that came in between does not let us push over it", async () => {
      const github = world();
      const mediator = start(github, implementation.claim);
      await mediator.task();
      github.before.set("commit", () => {
        github.branches = branches();
      });
      expect(await mediator.result(changes)).toMatchObject({ code: "branch-taken" });
      expect(github.branches).toEqual(branches());
      expect(github.pullRequests).toEqual([]);
    });

    test("the commit is in the record and in the progress comment before it is pushed", async () => {
      const github = world();
      const mediator = start(github, implementation.claim, { progressIntervalMs: 60_000 });
      await mediator.task();
      let before: unknown[] = [];
      github.before.set("push", () => {
        before = [storeOf().read()?.commit, (github.progress as RunRecord).commit];
      });
      expect(await mediator.result(changes)).toEqual(done);
      const pushed = github.branches.get(implementation.branch)?.commit;
      expect(pushed).toMatch(/^[0-9a-f]{40}$/);
      expect(before).toEqual([pushed, pushed]);
    });

    test("a progress comment that hangs does not keep the push", async () => {
      const github = world();
      const publisher = { ...fakePublisher(github), progress: hangingAfterFirst() };
      const patience = { answer: 20, push: 20, stop: 20 };
      const mediator = start(github, implementation.claim, { publisher, flushPatienceMs: patience });
      await mediator.task();
      expect(await mediator.result(changes)).toEqual(done);
    });
  });
});

describe("the result is taken once", () => {
  test("the same again is answered alike, another is refused", async () => {
    const mediator = start(createWorld());
    await mediator.task();
    const [first, second] = await Promise.all([mediator.result(planResult), mediator.result(planResult)]);
    expect([first, second]).toEqual([done, done]);
    await expect(mediator.result({ kind: "plan", plan: { ...plan, summary: "other" } })).rejects.toMatchObject({
      status: 409,
    });
  });

  test("nothing is taken before the task was given, nor progress", async () => {
    const mediator = start(createWorld());
    await expect(mediator.result(planResult)).rejects.toMatchObject({ status: 409 });
    await expect(mediator.progress({ activity: "thinking", todo: [] })).rejects.toThrow("nothing is being worked on");
  });
});

test("two results at once: one is taken, the same is answered alike, another is refused", async () => {
  const github = createWorld();
  const mediator = start(github);
  await mediator.task();
  const other: RunResult = { kind: "failure", code: "agent-failed", detail: "" };
  const [first, again, refused] = await Promise.allSettled([
    mediator.result(planResult),
    mediator.result(planResult),
    mediator.result(other),
  ]);
  expect(first).toMatchObject({ status: "fulfilled", value: { outcome: "done" } });
  expect(again).toEqual(first);
  expect(refused).toMatchObject({ status: "rejected", reason: { status: 409 } });
  expect(github.log.filter((line) => line === "plan")).toHaveLength(1);
});

describe("a credential of this run in what the agent says", () => {
  const hidden = Buffer.from(`key: ${bearer}`).toString("base64");

  test("a plan is refused", async () => {
    const github = createWorld();
    const mediator = start(github);
    await mediator.task();
    const risky: RunResult = { kind: "plan", plan: { ...plan, risks: [hidden] } };
    const detail = "it held the bearer of this run";
    const end = { state: "closed", outcome: "failed", code: "invalid-plan", detail, final: true };
    expect(await mediator.result(risky)).toEqual(end);
    expect(github.log).not.toContain("plan");
  });

  test("a report is withheld, its change is not thrown away", async () => {
    const github = createWorld({ snapshot: approved() });
    const mediator = start(github, implementation.claim);
    await mediator.task();
    const report = { title: "Add the option", summary: hidden, tests: [] };
    expect(await mediator.result({ ...changes, report })).toMatchObject({ outcome: "done" });
    expect(github.branches.get(implementation.branch)?.message).toContain("(withheld: this text held the bearer");
  });

  test("the detail of a failure, and progress, are withheld", async () => {
    const states: unknown[] = [];
    const mediator = start(createWorld(), planning, { onState: (state) => states.push(structuredClone(state)) });
    await mediator.task();
    await mediator.progress({ activity: "thinking", todo: [{ text: `look: ${bearer}`, done: false }] });
    expect(states.at(-1)).toMatchObject({ todo: [{ text: expect.stringContaining("(withheld: ") }] });
    const end = await mediator.result({ kind: "failure", code: "agent-failed", detail: hidden });
    expect(end).toMatchObject({ code: "agent-failed", detail: "(withheld: this text held the bearer of this run)" });
    expect(readFileSync(join(folder, "record.json"), "utf8")).not.toContain(hidden);
  });
});

describe("a new process goes on where the old one was killed", () => {
  const left = (changes: Partial<RunRecord>): RunRecord => ({
    ...newRecord(planning.TASK_ID, { ...emptyLedger("gpt-6.1-sol"), inputTokens: 500 }),
    base: { branch: "main", commit: "b".repeat(40) },
    attempts: 1,
    ...changes,
  });

  test("ready: works", async () => {
    storeOf().write(left({ state: "ready" }));
    expect(await start(createWorld()).task()).toMatchObject({ state: "work" });
  });

  test("working: works again from the same commit, and what was spent counts", async () => {
    storeOf().write(left({ state: "working" }));
    const mediator = start(createWorld());
    expect(await mediator.task()).toMatchObject({ state: "work", prompt: expect.stringContaining("b".repeat(40)) });
    expect(mediator.ledger.inputTokens).toBe(500);
    expect(storeOf().read()).toMatchObject({ state: "working", interrupted: 1, attempts: 2 });
  });

  test("working for the second time: gives up", async () => {
    storeOf().write(left({ state: "working", interrupted: 1 }));
    expect(await start(createWorld()).task()).toMatchObject({ state: "closed", code: "mediator-lost" });
  });

  test("result: publishes without paying again", async () => {
    const world = createWorld({ failures: new Map([["plan", new RunFailure("internal")]]) });
    const killed = start(world);
    await killed.task();
    await killed.result(planResult);
    const record = storeOf().read();
    if (!record) throw new Error("no record");
    const { outcome: _, code: __, ...rest } = record;
    storeOf().write({ ...rest, state: "result" });
    expect(await start(world).task()).toEqual(done);
    expect(world.plans).toHaveLength(1);
  });

  test.each(["commit", "push", "pull request", "result"])("killed at %s: the pull request stands once", async (at) => {
    const world = createWorld({ snapshot: approved() });
    const first = start(world, implementation.claim);
    await first.task();
    let killed: RunRecord | undefined;
    world.before.set(at, () => {
      killed ??= storeOf().read();
    });
    world.failures.set(at, new RunFailure("internal", "killed"));
    await first.result(changes);
    if (!killed) throw new Error("never got there");
    // What the disk held at that moment.
    storeOf().write(killed);
    expect(await start(world, implementation.claim).task()).toEqual(done);
    expect(world.pullRequests).toHaveLength(1);
    expect(world.log.filter((line) => line === `push ${implementation.branch}`)).toHaveLength(1);
    expect(world.results).toEqual(["done"]);
  });

  test("closed for good: the same answer, GitHub is not asked", async () => {
    storeOf().write(left({ state: "closed", outcome: "failed", code: "invalid-plan", detail: "x" }));
    const world = createWorld({ failures: new Map([["repository", new RunFailure("internal")]]) });
    expect(await start(world).task()).toEqual({
      state: "closed",
      outcome: "failed",
      code: "invalid-plan",
      detail: "x",
      final: true,
    });
  });

  test.each(["not-approved", "invalid-task"] as const)(
    "%s before anything had begun: GitHub is asked anew, for a forged message may have been first",
    async (code) => {
      storeOf().write(left({ state: "closed", outcome: "refused", code, attempts: 0 }));
      expect(await start(createWorld()).task()).toMatchObject({ state: "work" });
      storeOf().write(left({ state: "closed", outcome: "refused", code }));
      expect(await start(createWorld()).task()).toMatchObject({ state: "closed", code });
    },
  );

  test("closed for a transient reason: works again", async () => {
    storeOf().write(left({ state: "closed", outcome: "failed", code: "idle" }));
    expect(await start(createWorld()).task()).toMatchObject({ state: "work" });
  });

  test("GitHub went down while publishing: the next try publishes what was paid for", async () => {
    const world = createWorld({ failures: new Map([["plan", new RunFailure("github-unavailable")]]) });
    const first = start(world);
    await first.task();
    expect(await first.result(planResult)).toMatchObject({ code: "github-unavailable" });
    expect(await start(world).task()).toEqual(done);
    expect(world.plans).toHaveLength(1);
  });

  test("the record of another task is left aside", async () => {
    storeOf().write({ ...left({ state: "closed", outcome: "done" }), taskId: "codex-planning-12-0123456789abcdef" });
    expect(await start(createWorld()).task()).toMatchObject({ state: "work" });
  });

  test("without the folder, the progress comment tells; unless somebody else edited it", async () => {
    const record = left({ state: "working", interrupted: 1 });
    const subject = subjectId({ repositoryId: 501, issueId: 7001, stage: "planning", about: "issue" });
    const ids = hiddenIds({ taskId: planning.TASK_ID, subjectId: subject, about: "issue", stage: "planning", record });
    const progress = comment(3, { author: bot, body: `${markers.progress}\n${ids}\nWorking.` });
    expect(await start(createWorld({ snapshot: buildSnapshot([progress]) })).task()).toMatchObject({
      code: "mediator-lost",
    });
    rmSync(join(folder, "record.json"));
    const edited = { ...progress, lastEditedAt: at(9), editor: stranger };
    expect(await start(createWorld({ snapshot: buildSnapshot([edited]) })).task()).toMatchObject({ state: "work" });
  });

  test("by hand, an old end says nothing about what was asked for since", async () => {
    const world = createWorld();
    const first = start(world, { TASK_ID: undefined });
    await first.task();
    await first.result(planResult);
    world.snapshot = buildSnapshot([planComment(2)]);
    expect(await start(world, { TASK_ID: undefined }).task()).toMatchObject(done);
    world.snapshot = buildSnapshot([planComment(2), comment(5, { body: "/replan smaller" })]);
    const again = await start(world, { TASK_ID: undefined }).task();
    expect(again).toMatchObject({ state: "work", prompt: expect.stringContaining("smaller") });
  });

  test("by hand, a plan that was deleted is made again; a message for the same task finds it done", async () => {
    const world = createWorld();
    const first = start(world, { TASK_ID: undefined });
    await first.task();
    await first.result(planResult);
    const record = storeOf().read();
    expect(await start(world).task()).toEqual(done);
    const ids = hiddenIds({ ...ofPlanning, taskId: planning.TASK_ID, stage: "planning", record });
    world.snapshot = buildSnapshot([comment(3, { author: bot, body: `${markers.progress}\n${ids}\nDone.` })]);
    const again = start(world, { TASK_ID: undefined });
    expect(await again.task()).toMatchObject({ state: "work", taskId: planning.TASK_ID });
    expect(await again.result(planResult)).toEqual(done);
  });

  test("by hand, a failure before the task is known names no task, and the next call finds it", async () => {
    const world = createWorld({ failures: new Map([["repository", new RunFailure("github-unavailable")]]) });
    const byHand = { TASK_ID: undefined };
    expect(await start(world, byHand).task()).toMatchObject({ code: "github-unavailable" });
    expect(storeOf().read()).toMatchObject({ state: "closed", code: "github-unavailable" });
    expect(storeOf().read()).not.toHaveProperty("taskId");
    expect(await start(world, byHand).task()).toMatchObject({ state: "work", taskId: planning.TASK_ID });
    expect(storeOf().read()).toMatchObject({ taskId: planning.TASK_ID, state: "working" });
  });

  test("a clean stop is no interruption", async () => {
    const mediator = start(createWorld());
    await mediator.task();
    await mediator.stop();
    expect(storeOf().read()).toMatchObject({ state: "ready", interrupted: 0, attempts: 1 });
  });

  test("a clone that is cut by a stop is no end of the run", async () => {
    const world = createWorld();
    const fetching = Promise.withResolvers<never>();
    const openGit = async () => ({ ...fakeGit(world), fetchCommit: () => fetching.promise });
    const mediator = start(world, planning, { openGit });
    await mediator.task();
    const asked = mediator.workspace();
    await mediator.stop();
    fetching.reject(new Error("git was ended because the run stops"));
    await expect(asked).rejects.toMatchObject({ status: 503 });
    expect(storeOf().read()).toMatchObject({ state: "ready" });
  });

  test("a stop waits for the publish in hand", async () => {
    const world = createWorld();
    const mediator = start(world);
    await mediator.task();
    const answer = mediator.result(planResult);
    await Promise.resolve();
    await mediator.stop();
    expect(world.plans).toHaveLength(1);
    expect(await answer).toEqual(done);
  });
});

describe("how many runs there may be", () => {
  const limits = { perIssue: 2, perDay: 2 };

  test("an issue that has had its runs is refused before anything is written or paid", async () => {
    const world = createWorld({ snapshot: buildSnapshot([earlier(3, 1), earlier(4, 2)]) });
    expect(await start(world, planning, { limits }).task()).toMatchObject({ outcome: "refused", code: "issue-limit" });
    expect(world.log).toEqual(["progress ended"]);
  });

  test("runs that came to no agent do not count", async () => {
    const world = createWorld({ snapshot: buildSnapshot([earlier(3, 1), earlier(4, 2, { attempts: 0 })]) });
    expect(await start(world, planning, { limits }).task()).toMatchObject({ state: "work" });
  });

  test("progress comments that others forged do not count", async () => {
    const forged = [earlier(3, 1), earlier(4, 2)].map((each) => ({
      ...each,
      author: stranger,
      viewerDidAuthor: false,
    }));
    const world = createWorld({ snapshot: buildSnapshot(forged) });
    expect(await start(world, planning, { limits }).task()).toMatchObject({ state: "work" });
  });

  test("a day's runs are counted once this one's own comment stands, and it is said when there is room again", async () => {
    const world = createWorld();
    const own = { ...earlier(9, 0), body: "" };
    world.before.set("progress", () => {
      const record = { ...newRecord(planning.TASK_ID, emptyLedger("m")) };
      const ids: RunIds = { ...ofPlanning, taskId: planning.TASK_ID, stage: "planning", record };
      own.body = `${markers.progress}\n${hiddenIds(ids)}\n`;
      world.dayComments = [earlier(3, 1), earlier(4, 2), own];
    });
    const task = await start(world, planning, { limits }).task();
    expect(task).toMatchObject({ outcome: "refused", code: "daily-limit" });
    expect(task).toMatchObject({
      detail: expect.stringMatching(/^2 of 2 runs within 24 hours; .* again at 2026-01-06 10:03 UTC$/),
    });
    expect(storeOf().read()).toMatchObject({ state: "closed", attempts: 0, ledger: { requests: 0 } });
  });

  test("a run that an agent had before goes on, however many there have been since", async () => {
    const world = createWorld();
    const first = start(world, planning, { limits });
    await first.task();
    await first.stop();
    world.snapshot = buildSnapshot([earlier(3, 1), earlier(4, 2)]);
    expect(await start(world, planning, { limits }).task()).toMatchObject({ state: "work" });
  });
});

describe("who may decide", () => {
  test.each([
    ["writes here", { userId: 11, mayWrite: true }, { state: "work" }],
    ["does not", { userId: 11, mayWrite: false }, { outcome: "refused", code: "not-permitted" }],
    ["is somebody else by now", { userId: 12, mayWrite: false }, { state: "work" }],
    ["cannot be asked about", undefined, { state: "work" }],
  ])("a listed person who %s", async (_, permission, expected) => {
    expect(await start(createWorld({ permission })).task()).toMatchObject(expected);
    const world = createWorld({ permission, snapshot: approved() });
    rmSync(join(folder, "record.json"), { force: true });
    expect(await start(world, implementation.claim).task()).toMatchObject(expected);
  });
});

test("an approver who lost write access meanwhile has nothing pushed", async () => {
  const world = createWorld({ permission: { userId: 11, mayWrite: true }, snapshot: approved() });
  const mediator = start(world, implementation.claim);
  await mediator.task();
  world.permission = { userId: 11, mayWrite: false };
  expect(await mediator.result(changes)).toMatchObject({ outcome: "refused", code: "not-permitted" });
  expect([...world.branches]).toEqual([]);
});

test("a repository that is not on the list costs nothing, whatever a message says", async () => {
  const world = createWorld();
  const elsewhere = start(world, planning, { rules: async () => ({ ...rules, isServed: () => false }) });
  expect(await elsewhere.task()).toMatchObject({ outcome: "refused", code: "repository-not-served" });
  expect(world.log).toEqual([]);
});

test("the plan is told which instructions to agents the repository had, also after a restart", async () => {
  const world = createWorld();
  const seen: unknown[] = [];
  const publisher = () => ({
    ...fakePublisher(world),
    plan: async ({ instructions }: { instructions?: readonly string[] }) => {
      seen.push(instructions);
      if (seen.length === 1) throw new RunFailure("github-unavailable");
      return { url: "https://github.com/plan" };
    },
  });
  const mediator = start(world, planning, { publisher: publisher() });
  await mediator.task();
  expect(await mediator.result(planResult)).toMatchObject({ code: "github-unavailable" });
  expect(await start(world, planning, { publisher: publisher() }).task()).toEqual(done);
  expect(seen).toEqual([["AGENTS.md"], ["AGENTS.md"]]);
});

describe("the account of a run", () => {
  const prices = { input: 2, cached: 1, cacheWrite: 2, output: 10, currency: "USD" };

  test("goes on over the attempts, with what it cost, and says how the run ended", async () => {
    const first = start(createWorld(), planning, { prices });
    await first.task();
    Object.assign(first.ledger, { inputTokens: 1_000_000, requests: 1 });
    expect(await first.result({ kind: "failure", code: "idle", detail: "" })).toMatchObject({ code: "idle" });
    const second = start(createWorld(), planning, { prices });
    await second.task();
    second.ledger.inputTokens += 500_000;
    second.ledger.outputTokens += 100_000;
    await second.result(planResult);
    expect(second.account()).toMatchObject({
      ...{ taskId: planning.TASK_ID, stage: "planning", attempts: 2, interrupted: 0, outcome: "done" },
      ...{ inputTokens: 1_500_000, outputTokens: 100_000, cost: "4.0000 USD", effort: "high", sandbox: "require" },
    });
  });

  test("another count of Codex's is logged, and the mediator's holds", async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const mediator = start(createWorld(), planning, { log });
    await mediator.task();
    mediator.ledger.inputTokens = 900;
    const usage = { input_tokens: 800, cached_input_tokens: 0, output_tokens: 0, reasoning_output_tokens: 0 };
    await mediator.result({ ...planResult, usage });
    expect(lines.find((line) => line.includes("Codex counted"))).toContain('"codex":{"input":800');
    expect(mediator.ledger.inputTokens).toBe(900);
  });
});

describe("a GitHub that hangs", () => {
  test("does not keep the result's answer, nor a stop, when only the progress comment is left to write", async () => {
    const world = createWorld();
    const publisher = { ...fakePublisher(world), progress: hangingAfterFirst() };
    const mediator = start(world, planning, { publisher, flushPatienceMs: { answer: 20, push: 20, stop: 20 } });
    await mediator.task();
    expect(await mediator.result(planResult)).toEqual(done);
    await mediator.stop();
    expect(world.plans).toHaveLength(1);
  });
});

describe("what the mediator knows better than the agent", () => {
  test.each<[RunFailure["code"], RunResult & { kind: "failure" }, string]>([
    ["model-refused", { kind: "failure", code: "agent-failed", detail: "exit 1" }, "model-refused"],
    ["cancelled", { kind: "failure", code: "deadline-exceeded", detail: "" }, "cancelled"],
    ["budget-exhausted", { kind: "failure", code: "agent-lost", detail: "" }, "budget-exhausted"],
    ["model-unavailable", { kind: "failure", code: "sandbox-failed", detail: "" }, "sandbox-failed"],
  ])("%s explains %j", async (noted, result, code) => {
    const mediator = start(createWorld());
    await mediator.task();
    mediator.noteFailure(new RunFailure(noted));
    expect(await mediator.result(result)).toMatchObject({ code });
  });

  test("a model that answered again has recovered, a used-up budget has not", async () => {
    const mediator = start(createWorld());
    await mediator.task();
    mediator.noteFailure(new RunFailure("model-unavailable"));
    mediator.noteFailure(undefined);
    expect(await mediator.result({ kind: "failure", code: "agent-failed", detail: "" })).toMatchObject({
      code: "agent-failed",
    });
  });
});

describe("dry run", () => {
  const dryRun = { TASK_ISSUE_TITLE: "Codex dry run", TASK_ISSUE_BODY: "Testing {{orchestration}}" };

  test.each<[string, Partial<World>, Partial<MediatorOptions["claim"]>?]>([
    ["an issue that exists", {}],
    ["an issue that does not exist", { snapshot: undefined }],
    ["no issue", { snapshot: undefined }, { TASK_ISSUE_NUMBER: 0 }],
    ["texts given for an issue that does not exist", { snapshot: undefined }, { TASK_DRY_RUN: false }],
  ])("a plan for %s is written to a file and nowhere else", async (_, changes, claim = {}) => {
    const world = createWorld(changes);
    const all = { TASK_ID: undefined, TASK_DRY_RUN: true, ...claim };
    const mediator = start(world, all, all.TASK_DRY_RUN ? { dryRun } : { texts: dryRun });
    expect(await mediator.task()).toMatchObject({ prompt: expect.stringContaining("Testing {{orchestration}}") });
    expect(await mediator.result(planResult)).toMatchObject({ ...done, dryRun: true });
    expect(readFileSync(join(folder, "result.md"), "utf8")).toContain("1. Add it");
    expect(world.log).toEqual([]);
  });

  test("texts are left aside where the issue exists, and by a message", async () => {
    const world = createWorld();
    const mediator = start(world, { TASK_ID: undefined }, { texts: dryRun });
    const task = await mediator.task();
    expect(task).toMatchObject({ prompt: expect.stringContaining("Add a shout option") });
    expect(JSON.stringify(task)).not.toContain("orchestration");
    expect(await mediator.result(planResult)).toEqual(done);
    expect(world.plans).toHaveLength(1);
    rmSync(join(folder, "record.json"));
    const message = start(createWorld({ snapshot: undefined }), planning, { texts: dryRun });
    expect(await message.task()).toMatchObject({ code: "invalid-task" });
  });

  test("a change for a plan given by hand", async () => {
    const world = createWorld({ snapshot: undefined });
    const claim = { TASK_STAGE: "implementation", TASK_ID: undefined, TASK_DRY_RUN: true } as const;
    const mediator = start(world, claim, { dryRun: { ...dryRun, TASK_PLAN_COMMENT_BODY: "1. Do it." } });
    expect(await mediator.task()).toMatchObject({
      stage: "implementation",
      prompt: expect.stringContaining("1. Do it."),
    });
    expect(await mediator.result(changes)).toMatchObject(done);
    expect(readFileSync(join(folder, "result.md"), "utf8")).toContain("- modified src/a.ts");
    expect(world.log).toEqual([]);
  });

  test("a second dry run runs again", async () => {
    for (const _ of [1, 2]) {
      const mediator = start(createWorld(), { TASK_ID: undefined, TASK_DRY_RUN: true }, { dryRun });
      expect(await mediator.task()).toMatchObject({ state: "work" });
      await mediator.result(planResult);
    }
  });

  test("an implementation without any plan", async () => {
    const claim = { TASK_STAGE: "implementation", TASK_ID: undefined, TASK_DRY_RUN: true } as const;
    expect(await start(createWorld(), claim, { dryRun: {} }).task()).toMatchObject({ code: "invalid-task" });
  });

  test("one that fails before it is known which: the attempt fails, for no record tells it", async () => {
    const rules = () => Promise.reject(new RunFailure("bad-credentials"));
    const end = { state: "closed", outcome: "failed", code: "bad-credentials" };
    const claim = { TASK_ID: undefined, TASK_DRY_RUN: true };
    expect(await start(createWorld(), claim, { dryRun: {}, rules }).task()).not.toHaveProperty("final");
    expect(await start(createWorld(), {}, { rules }).task()).toMatchObject({ ...end, final: true });
  });
});
