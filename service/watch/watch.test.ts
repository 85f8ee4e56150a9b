import { headers, type Repository, repositoryFilter, topics } from "@froussard/contract";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PublishedTasks } from "../published-tasks.ts";
import type { OutgoingRecord } from "../publisher.ts";
import type { ServicePolicy } from "../service-policy.ts";
import { type FakeAccess, fakeAccess } from "../testing/fake-access.ts";
import { bot, FakeGitHub, owner, stranger } from "../testing/fake-github.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { type SeenIssue, Watch, type WatchOptions } from "./watch.ts";

const policy: ServicePolicy = {
  approverIds: [1],
  trigger: { kind: "author" },
  since: "2026-03-01T00:00:00Z",
  branchPrefix: "codex/issue-",
  deadlineMinutes: 60,
};
const second = 1000;
const minute = 60 * second;

let github: FakeGitHub;
let clock: ManualClock;
let access: FakeAccess;
let records: OutgoingRecord[];
let warnings: string[];
let live: Set<string>;
let ticks: string[];
let stop: AbortController;
let running: Promise<void>[];
let onPublish: (records: readonly OutgoingRecord[]) => void;

beforeEach(() => {
  github = new FakeGitHub();
  clock = new ManualClock(github.now, (now) => {
    github.now = now;
  });
  access = fakeAccess(github);
  records = [];
  warnings = [];
  live = new Set();
  ticks = [];
  stop = new AbortController();
  running = [];
  onPublish = () => {};
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
});

function watch(more: Partial<WatchOptions> = {}, repositories = ["octocat/hello"]): Watch {
  const made = new Watch({
    github: access,
    publisher: {
      publish: async (published) => {
        records.push(...published);
        onPublish(published);
      },
      close: async () => {},
    },
    liveTasks: async () => live,
    published: new PublishedTasks(),
    policy,
    admits: repositoryFilter(repositories),
    clock,
    log: { debug() {}, info() {}, warn: (_, message) => warnings.push(message), error() {} },
    settings: {
      repositories,
      repositoryMs: 10 * second,
      freshPlanMs: 4 * second,
      oldPlanMs: minute,
      pointsPerHour: 1500,
    },
    random: () => 0.5,
    onTick: (track, ok) => ticks.push(`${track} ${ok ? "ok" : "failed"}`),
    ...more,
  });
  access.onAllowance = (allowance) => made.note(allowance);
  return made;
}

function start(made = watch()): Watch {
  running.push(made.run(stop.signal));
  return made;
}

const stages = () => records.map(({ headers: each }) => each[headers.taskStage]);

describe("the loop", () => {
  test("publishes a new issue's planning, marks it, and does so once", async () => {
    start();
    await clock.advance(5 * second);
    const on = github.open(github.repository("octocat/hello"), owner);
    await clock.advance(4 * minute);
    expect(records).toMatchObject([{ topic: topics.codexTasks, key: "octocat/hello#1" }]);
    expect(on.issue.reactions).toMatchObject([{ content: "EYES", user: bot }]);
    expect(warnings).toEqual([]);
  });

  test("tells what an issue waits for, and that it is closed", async () => {
    const seen: SeenIssue[] = [];
    const on = github.open(github.repository("octocat/hello"), owner);
    const plan = github.wait(5).plan(on);
    start(watch({ onIssue: (issue) => seen.push(issue) }));
    await clock.advance(10 * second);
    const issue = { repository: "octocat/hello", issueNumber: 1 };
    const { title, url } = on.issue;
    expect(seen.at(-1)).toEqual({ ...issue, open: { title, url }, pendingPlanUrl: plan.url });
    github.wait(1).setState(on, "CLOSED");
    await clock.advance(20 * second);
    expect(seen.at(-1)).toEqual(issue);
  });

  test("finds approvals and commands of any age when it starts", async () => {
    const repository = github.repository("octocat/hello");
    const planned = github.open(repository, stranger);
    github.wait(60).react(github.plan(planned), owner);
    github.react(planned.comments[0] ?? planned.issue, owner);
    github.unreact(planned.comments[0] ?? planned.issue, owner);
    github.wait(60).react(planned.comments[0] ?? planned.issue, owner);
    const asked = github.open(repository, stranger);
    github.comment(asked, owner, "/plan");
    const late = github.wait(30 * 24 * 3600).now;
    clock = new ManualClock(late, (now) => {
      github.now = now;
    });
    start(watch({ clock, policy: { ...policy, since: late.toISOString() } }));
    await clock.advance(10 * second);
    expect(stages().toSorted()).toEqual(["implementation", "planning"]);
  });

  test("sees a 👍, and that a plan was hidden or taken away", async () => {
    const on = github.open(github.repository("octocat/hello"), owner);
    const plan = github.wait(5).plan(on);
    const made = start();
    await clock.advance(10 * second);
    expect(made.pendingPlans).toBe(1);
    github.react(plan, stranger);
    await clock.advance(10 * second);
    const before = access.spent.readIssue;
    await clock.advance(minute);
    expect(access.spent.readIssue).toBe(before);
    github.react(plan, owner);
    await clock.advance(6 * second);
    expect(stages()).toEqual(["implementation"]);
    expect(plan.reactions.map(({ content }) => content)).toContain("ROCKET");
    on.comments.splice(0);
    await clock.advance(6 * second);
    expect(made.pendingPlans).toBe(0);
  });

  test("keeps a plan whose issue GitHub does not show for a moment, and gives it up when it stays away", async () => {
    const on = github.open(github.repository("octocat/hello"), owner);
    github.wait(5).plan(on);
    const made = start();
    await clock.advance(10 * second);
    const read = access.readIssue;
    access.readIssue = async () => undefined;
    github.comment(on, stranger, "well");
    while (!ticks.includes("issue failed")) await clock.advance(second);
    await clock.advance(5 * second);
    expect(made.pendingPlans).toBe(1);
    access.readIssue = read;
    await clock.advance(minute);
    expect(made.pendingPlans).toBe(1);
    access.readIssue = async () => undefined;
    github.comment(on, stranger, "well");
    await clock.advance(minute);
    expect(made.pendingPlans).toBe(0);
  });

  test("looks once at an issue whose plan is missing from the pulse, and sees the 👍 when it is back", async () => {
    const on = github.open(github.repository("octocat/hello"), owner);
    const plan = github.wait(5).plan(on);
    start();
    await clock.advance(10 * second);
    const pulse = access.readPulse;
    access.readPulse = async () => [];
    const before = access.spent.readIssue;
    await clock.advance(5 * minute);
    expect(access.spent.readIssue - before).toBe(1);
    github.react(plan, owner);
    access.readPulse = pulse;
    await clock.advance(20 * second);
    expect(stages()).toEqual(["implementation"]);
  });

  test("publishes again what shows no trace, tells that it never started, and stops", async () => {
    const on = github.open(github.repository("octocat/hello"), owner);
    github.label(on, bot, "codex:planning");
    const again: boolean[] = [];
    start(watch({ onPublished: (_, before) => again.push(before) }));
    await clock.advance(80 * minute);
    expect(records).toHaveLength(4);
    expect(again).toEqual([false, true, true, true]);
    expect(on.issue.labels).toEqual(["codex:failed"]);
    expect(new Set(records.map((record) => record.headers[headers.taskId])).size).toBe(1);
    expect(on.comments.map(({ body }) => body)).toEqual([expect.stringContaining('"code":"not-started"')]);
    await clock.advance(120 * minute);
    expect(records).toHaveLength(4);
    expect(on.comments).toHaveLength(1);
  });

  test("publishes nothing again whose run has finished, and tells that it left no word", async () => {
    const on = github.open(github.repository("octocat/hello"), owner);
    const asked: string[] = [];
    let finished: string | undefined;
    const finishedAt = async (taskId: string) => {
      asked.push(taskId);
      return finished;
    };
    start(watch({ finishedAt }));
    await clock.advance(6 * minute);
    expect([records.length, asked.length]).toEqual([2, 1]);
    // So short before the look that its word may only not be seen yet.
    finished = new Date(github.now.getTime() + 9 * minute - 30 * second).toISOString();
    await clock.advance(10 * minute);
    expect([records.length, asked.length]).toEqual([3, 2]);
    await clock.advance(45 * minute);
    expect([records.length, asked.length]).toEqual([3, 3]);
    expect(on.comments.map(({ body }) => body)).toEqual([expect.stringContaining('"code":"no-progress"')]);
    expect(on.issue.labels).toEqual(["codex:failed"]);
  });

  test("counts as published again what another process published and marked", async () => {
    const on = github.open(github.repository("octocat/hello"), owner);
    github.wait(60).react(on.issue, bot, "EYES");
    github.wait(10 * 60);
    clock = new ManualClock(github.now, (now) => {
      github.now = now;
    });
    const again: boolean[] = [];
    start(watch({ clock, onPublished: (_, before) => again.push(before) }));
    await clock.advance(minute);
    expect(again).toEqual([true]);
  });

  test("tells how long the oldest request for a plan has waited", async () => {
    const repository = github.repository("octocat/hello");
    const first = github.open(repository, owner);
    const second = github.wait(60).open(repository, owner);
    clock = new ManualClock(github.now, (now) => {
      github.now = now;
    });
    const made = start(watch({ clock }));
    expect(made.oldestUnansweredSeconds).toBe(0);
    await clock.advance(minute);
    expect(made.oldestUnansweredSeconds).toBe(120);
    github.plan(first);
    await clock.advance(minute);
    expect(made.oldestUnansweredSeconds).toBe(120);
    github.setState(second, "CLOSED");
    await clock.advance(minute);
    expect(made.oldestUnansweredSeconds).toBe(0);
  });

  test("tells for how long a published task has shown no trace, and which failures it told", async () => {
    const on = github.open(github.repository("octocat/hello"), owner);
    const told: string[] = [];
    const made = start(watch({ onFailureTold: (code) => told.push(code) }));
    await clock.advance(minute);
    expect(records).toHaveLength(1);
    expect(made.oldestUntracedSeconds).toBe(0);
    await clock.advance(10 * minute);
    expect(made.oldestUntracedSeconds).toBeGreaterThan(9 * 60);
    expect(told).toEqual([]);
    await clock.advance(70 * minute);
    expect(told).toEqual(["not-started"]);
    expect(made.oldestUntracedSeconds).toBe(0);
    expect(on.comments).toHaveLength(1);
  });

  test("a Workflow that waits is a trace", async () => {
    github.open(github.repository("octocat/hello"), owner);
    const made = start(watch());
    await clock.advance(minute);
    live.add(records[0]?.headers[headers.taskId] ?? "");
    await clock.advance(20 * minute);
    expect(made.oldestUntracedSeconds).toBe(0);
  });

  test("counts the runs of a day by repository, those of issues that were closed since too", async () => {
    const repository = github.repository("octocat/hello");
    const [first, second] = [github.open(repository, owner), github.open(repository, owner)];
    github.progress(first, "planning", "issue");
    github.wait(60).progress(second, "planning", "issue");
    clock = new ManualClock(github.now, (now) => {
      github.now = now;
    });
    const made = start(watch({ clock }));
    await clock.advance(minute);
    expect(made.dayRuns).toEqual(new Map([["octocat/hello", 2]]));
    github.setState(first, "CLOSED");
    await clock.advance(minute);
    expect(made.dayRuns.get("octocat/hello")).toBe(2);
    await clock.advance(24 * 60 * minute);
    expect(made.dayRuns.get("octocat/hello")).toBe(0);
  });

  test("puts its own span into the record of a task", async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    github.open(github.repository("octocat/hello"), owner);
    start(watch({ tracer: provider.getTracer("test") }));
    await clock.advance(minute);
    const [span] = exporter.getFinishedSpans();
    expect(span?.attributes).toMatchObject({
      "froussard.task.stage": "planning",
      "github.repository": "octocat/hello",
    });
    expect(span?.attributes["froussard.task.id"]).toBe(records[0]?.headers[headers.taskId]);
    const { traceId, spanId } = span?.spanContext() ?? {};
    expect(records[0]?.headers[headers.traceparent]).toBe(`00-${traceId}-${spanId}-01`);
  });

  test("publishes and tells nothing while nobody can say what runs, and goes on when it can", async () => {
    const on = github.open(github.repository("octocat/hello"), owner);
    github.react(on.issue, bot, "EYES");
    github.wait(20 * 60);
    clock = new ManualClock(github.now, (now) => {
      github.now = now;
    });
    let known = false;
    const liveTasks = async () => {
      if (!known) throw new Error("cannot list the Workflows");
      return live;
    };
    start(watch({ clock, liveTasks }));
    await clock.advance(10 * minute);
    expect([records, on.comments, warnings[0]]).toEqual([[], [], "cannot consider the issue"]);
    known = true;
    await clock.advance(minute);
    expect(records).toHaveLength(1);
  });

  test("knows of a question that never ends, and takes a long wait for none", async () => {
    github.open(github.repository("octocat/hello"), owner);
    const hang = Promise.withResolvers<undefined>();
    const hanging = start(watch({ github: { ...access, readIssue: () => hang.promise } }));
    const waiting = start();
    const resetAt = new Date(clock.now().getTime() + 50 * minute).toISOString();
    waiting.note({ kind: "graphql", cost: 1, remaining: 0, resetAt });
    await clock.advance(29 * minute);
    expect([hanging.stuck, waiting.stuck]).toEqual([undefined, undefined]);
    await clock.advance(3 * minute);
    expect(hanging.stuck).toMatch(/^a question to GitHub has been in hand for 3[12] minutes$/);
    expect(waiting.stuck).toBeUndefined();
    hang.resolve(undefined);
    await clock.advance(second);
    expect(hanging.stuck).toBeUndefined();
  });

  test("asks a question once, also after a restart and with two watchers", async () => {
    const on = github.open(github.repository("octocat/hello"), stranger);
    github.comment(on, owner, "/approve");
    start();
    start();
    await clock.advance(minute);
    start();
    await clock.advance(minute);
    const visible = on.comments.filter(({ author, isMinimized }) => author === bot && !isMinimized);
    expect(visible.map(({ body }) => body)).toEqual([expect.stringContaining('"code":"no-plan"')]);
  });

  test("says later what it could not say at once", async () => {
    const on = github.open(github.repository("octocat/hello"), stranger);
    github.comment(on, owner, "/approve");
    access.fail = (method) => method === "createComment";
    start();
    await clock.advance(minute);
    access.fail = () => false;
    await clock.advance(minute);
    expect(on.comments).toHaveLength(1);
    await clock.advance(5 * minute);
    expect(on.comments).toHaveLength(2);
  });

  test("reads only the issues that changed", async () => {
    const repository = github.repository("octocat/hello");
    const issues = [1, 2, 3, 4, 5].map(() => github.open(repository, stranger));
    start();
    await clock.advance(minute);
    const before = access.spent.readIssue;
    github.comment(issues[2] ?? github.open(repository, stranger), stranger, "well");
    await clock.advance(minute);
    expect(access.spent.readIssue - before).toBe(1);
  });

  test("hides the copy of a plan", async () => {
    const on = github.open(github.repository("octocat/hello"), owner);
    const [first, copy] = [github.plan(on), github.plan(on)];
    start();
    await clock.advance(minute);
    expect([first.isMinimized, copy.isMinimized]).toEqual([false, true]);
  });

  test("tries again, ever more slowly, what could not be published", async () => {
    github.open(github.repository("octocat/hello"), owner);
    const attempts: number[] = [];
    const publisher = {
      publish: async () => {
        attempts.push(clock.now().getTime());
        if (attempts.length < 5) throw new Error("the queue is full");
      },
      close: async () => {},
    };
    start(watch({ publisher }));
    await clock.advance(2 * minute);
    const pauses = attempts.map((at, n) => at - (attempts[n - 1] ?? at)).slice(1);
    expect(attempts).toHaveLength(5);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(warnings.slice(0, 2)).toEqual(["task not published", "cannot consider the issue"]);
  });

  test("survives a GitHub that is not there, slows down, and goes on by itself", async () => {
    github.open(github.repository("octocat/hello"), owner);
    access.fail = () => true;
    start();
    await clock.advance(10 * minute);
    const failures = ticks.filter((tick) => tick === "changes failed").length;
    expect(failures).toBeGreaterThan(5);
    expect(failures).toBeLessThan(30);
    access.fail = () => false;
    await clock.advance(minute);
    expect(stages()).toEqual(["planning"]);
  });

  test("does not let one broken repository stop the others", async () => {
    github.open(github.repository("octocat/broken"), owner);
    github.open(github.repository("octocat/hello"), owner);
    access.fail = (_, repository) => repository === "octocat/broken";
    start(watch({}, ["octocat/broken", "octocat/hello"]));
    await clock.advance(minute);
    expect(records.map(({ key }) => key)).toEqual(["octocat/hello#1"]);
  });

  test("finds the repositories of a glob, and new ones later", async () => {
    github.open(github.repository("octocat/hello"), owner);
    github.open(github.repository("hubot/other"), owner);
    start(watch({}, ["octocat/*"]));
    await clock.advance(minute);
    expect(records.map(({ key }) => key)).toEqual(["octocat/hello#1"]);
    github.open(github.repository("octocat/new"), owner);
    await clock.advance(11 * minute);
    expect(records.map(({ key }) => key)).toContain("octocat/new#1");
  });

  test("keeps out of a repository whose new name is not listed", async () => {
    const on = github.open(github.repository("octocat/hello"), owner);
    const read = access.readIssue;
    access.readIssue = async (...of) => {
      const snapshot = await read(...of);
      return snapshot && { ...snapshot, repository: { ...snapshot.repository, nameWithOwner: "hubot/moved" } };
    };
    start();
    await clock.advance(minute);
    expect(records).toEqual([]);
    expect(on.issue.reactions).toEqual([]);
  });

  test("leaves points to the token's other users", async () => {
    const on = github.open(github.repository("octocat/hello"), owner);
    github.wait(5).plan(on);
    const made = start();
    await clock.advance(minute);
    const resetAt = new Date(clock.now().getTime() + 30 * minute).toISOString();
    made.note({ kind: "graphql", cost: 1, remaining: 50, resetAt });
    const before = access.spent.readPulse;
    await clock.advance(29 * minute);
    expect(access.spent.readPulse).toBe(before);
    await clock.advance(2 * minute);
    expect(access.spent.readPulse).toBeGreaterThan(before);
  });

  test("stops when it is told to", async () => {
    const made = watch();
    const run = made.run(stop.signal);
    await clock.advance(minute);
    stop.abort();
    await run;
  });

  test("once: looks at everything one time and ends", async () => {
    github.open(github.repository("octocat/hello"), owner);
    github.open(github.repository("octocat/other"), owner);
    expect(await watch({}, ["octocat/*"]).once(stop.signal)).toBe(0);
    expect(records.map(({ key }) => key).toSorted()).toEqual(["octocat/hello#1", "octocat/other#1"]);
  });
});

test("once: counts what failed", async () => {
  github.open(github.repository("octocat/hello"), owner);
  access.fail = (method) => method === "readIssue";
  expect(await watch().once(stop.signal)).toBe(1);
});

describe("cost and latency", () => {
  const spent = () => {
    const { readIssue, readPulse, listPending, mutation } = access.spent;
    return readIssue + readPulse + listPending + mutation;
  };

  function pendingPlans(count: number, repositories: Repository[]) {
    return Array.from({ length: count }, (_, n) => {
      const repository = repositories[n % repositories.length];
      if (!repository) throw new Error("no repository");
      const on = github.open(repository, stranger);
      return { on, plan: github.plan(on) };
    });
  }

  test("100 pending plans in 5 repositories cost under 1,500 points an hour, and a 👍 on a fresh plan is seen within 5 s", async () => {
    const repositories = [1, 2, 3, 4, 5].map((n) => github.repository(`octocat/hello-${n}`));
    pendingPlans(70, repositories);
    github.wait(3 * 3600);
    clock = new ManualClock(github.now, (now) => {
      github.now = now;
    });
    onPublish = (published) => {
      for (const record of published) live.add(record.headers[headers.taskId] ?? "");
    };
    start(watch({ clock }, ["octocat/*"]));
    const begin = clock.now().getTime();
    const latencies: number[] = [];
    // A new plan every two minutes, approved within its first ten minutes, at odd moments.
    for (let n = 0; n < 30; n++) {
      const [made] = pendingPlans(1, repositories.slice(n % 5));
      await clock.advance(20 * second + ((n * 7919) % (90 * second)));
      if (!made) throw new Error("no plan");
      github.react(made.plan, owner);
      const since = clock.now().getTime();
      const seen = () => made.plan.reactions.some(({ content }) => content === "ROCKET");
      while (!seen() && clock.now().getTime() - since < minute) await clock.advance(100);
      latencies.push(clock.now().getTime() - since);
      await clock.advance(begin + (n + 1) * 2 * minute - clock.now().getTime());
    }
    expect(clock.now().getTime() - begin).toBe(60 * minute);
    expect(stages()).toEqual(Array.from({ length: 30 }, () => "implementation"));
    expect(latencies.toSorted((a, b) => a - b)[15]).toBeLessThanOrEqual(5 * second);
    expect(spent()).toBeLessThan(1500);
  });

  test("the ceiling holds whatever there is to do", async () => {
    const repositories = [1, 2, 3].map((n) => github.repository(`octocat/hello-${n}`));
    const plans = pendingPlans(300, repositories);
    // Reading these takes two queries each.
    for (const { on } of plans.slice(0, 25)) while (on.comments.length <= 100) github.comment(on, stranger, "well");
    start(
      watch(
        {
          settings: {
            repositories: ["octocat/*"],
            repositoryMs: 10 * second,
            freshPlanMs: second,
            oldPlanMs: 4 * second,
            pointsPerHour: 400,
          },
        },
        ["octocat/*"],
      ),
    );
    for (let minutes = 0; minutes < 60; minutes++) {
      for (const { on } of plans.slice(0, 50)) github.comment(on, stranger, "well");
      await clock.advance(minute);
    }
    expect(spent()).toBeLessThanOrEqual(400);
    expect(spent()).toBeGreaterThan(300);
  });

  test("an idle repository costs no points and no requests that count", async () => {
    github.open(github.repository("octocat/hello"), stranger);
    start();
    await clock.advance(minute);
    const before = { ...access.spent };
    await clock.advance(60 * minute);
    expect(access.spent).toEqual(before);
  });
});
