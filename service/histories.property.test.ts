import {
  type Comment,
  type ImplementationTask,
  markers,
  parseNoteIds,
  planSha256,
  type Task,
} from "@froussard/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { PublishedTasks } from "./published-tasks.ts";
import type { Delivery } from "./serve/read-delivery.ts";
import { type Receiving, receiveDelivery } from "./serve/receive-delivery.ts";
import type { ServicePolicy } from "./service-policy.ts";
import { fakeAccess } from "./testing/fake-access.ts";
import { bot, FakeGitHub, type FakeIssue, owner, stranger } from "./testing/fake-github.ts";
import { openedPayload } from "./testing/opened-payload.ts";
import { Pipeline, type Run } from "./testing/pipeline.ts";
import { type Considering, considerIssue } from "./watch/consider-issue.ts";

/**
 * Generated histories: people do what people do, deliveries are lost, repeated and reordered, two watchers look at any
 * time and lose their memory, runs fail or are killed. Checked against what a person would say of the comments.
 */
const policy: ServicePolicy = {
  approverIds: [1],
  trigger: { kind: "author" },
  since: "2026-03-01T00:00:00Z",
  branchPrefix: "codex/issue-",
  deadlineMinutes: 60,
};

const texts = [
  "/plan",
  "/replan bigger",
  "/retry",
  "/cancel",
  "/approve",
  "execute plan",
  "/approve 00000000",
  "well",
  "> /approve",
  `${markers.plan}\nx`,
];
const person = fc.constantFrom(owner, owner, owner, stranger);
const nth = fc.nat(5);
const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant("open" as const), by: person }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("comment" as const), by: person, on: nth, text: fc.constantFrom(...texts) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom("react" as const, "react" as const, "unreact" as const),
      by: person,
      on: nth,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("edit" as const), by: fc.constantFrom(owner, stranger), on: nth }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("close" as const, "reopen" as const, "rename" as const), on: nth }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom("deliver" as const, "deliver" as const, "repeat" as const, "lose" as const),
      on: nth,
      slow: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("look" as const, "look twice" as const, "look and die" as const, "restart" as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("run" as const),
      how: fc.constantFrom<Run>(
        "succeeds",
        "succeeds",
        "succeeds",
        "fails",
        "posts its plan twice",
        "is killed after publishing",
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(0, 1, 1, 30, 90, 400, 5000) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const planned: Step[] = [{ do: "look" }, { do: "run", how: "succeeds" }, { do: "wait", seconds: 30 }];
const approved: Step[] = [...planned, { do: "react", by: owner, on: 0 }, { do: "look" }];
/** How far the first issue has come when everybody begins to act at random. */
const begin = fc.constantFrom<Step[]>([], planned, planned, approved);

class World {
  readonly github = new FakeGitHub();
  readonly pipeline = new Pipeline(this.github, policy);
  readonly access = fakeAccess(this.github);
  readonly deliveries: Delivery[] = [];
  #repository = this.github.repository("octocat/hello");
  #memories = [new PublishedTasks(), new PublishedTasks()];
  #names = 0;

  constructor() {
    this.pipeline.onTaken = (task) => this.#judgeTask(task);
    this.pipeline.onPush = (task, on) => expect(approvals(task, on)).not.toEqual([]);
    this.#open(owner);
  }

  async do(each: Step): Promise<void> {
    switch (each.do) {
      case "open":
        return this.#open(each.by);
      case "comment": {
        const on = this.#pick(this.github.issues, each.on);
        const comment = on && this.github.comment(on, each.by, each.text);
        if (on && comment)
          this.#webhook("issue_comment", {
            ...openedPayload(on),
            action: "created",
            comment: { body: each.text, user: each.by },
          });
        return;
      }
      case "react":
      case "unreact": {
        const plan = this.#pick(this.#plans(), each.on);
        if (plan) this.github[each.do](plan, each.by);
        return;
      }
      case "edit": {
        const plan = this.#pick(this.#plans(), each.on);
        if (plan) this.github.edit(plan, each.by, plan.body.replace("Plan for", "Better plan for"));
        return;
      }
      case "close":
      case "reopen": {
        const on = this.#pick(this.github.issues, each.on);
        if (on) this.github.setState(on, each.do === "close" ? "CLOSED" : "OPEN");
        return;
      }
      case "rename":
        return this.github.rename(this.#repository, `octocat/hello-${++this.#names}`);
      case "deliver":
      case "repeat":
      case "lose": {
        const delivery = this.#pick(this.deliveries, each.on);
        if (!delivery) return;
        if (each.do !== "repeat") this.deliveries.splice(this.deliveries.indexOf(delivery), 1);
        if (each.do !== "lose") await this.#receive(delivery, each.slow);
        return;
      }
      case "look":
        return this.look([0]);
      case "look twice":
        return this.look([0, 1]);
      case "look and die":
        this.access.fail = (method) => method === "mutation" || method === "createComment";
        await this.look([0]);
        this.access.fail = () => false;
        this.#memories[0] = new PublishedTasks();
        return;
      case "restart":
        this.#memories = [new PublishedTasks(), new PublishedTasks()];
        return;
      case "run":
        return this.pipeline.runNext(each.how);
      case "wait":
        this.github.wait(each.seconds);
    }
  }

  /** Watchers look at every issue, at the same time when there are several. */
  async look(watchers: readonly number[]): Promise<void> {
    for (const { repository, issue } of [...this.github.issues])
      await Promise.all(
        watchers.map((n) => considerIssue(this.#considering(n), repository.nameWithOwner, issue.number)),
      );
  }

  /** Everybody goes on until nothing happens any more. */
  async settle(): Promise<number> {
    for (let round = 1; round <= 20; round++) {
      const before = JSON.stringify([this.github.issues, this.pipeline.taken.length]);
      this.github.wait(60);
      await this.look([0, 1]);
      while (this.pipeline.waiting.length > 0) this.pipeline.runNext("succeeds");
      await this.look([0]);
      if (JSON.stringify([this.github.issues, this.pipeline.taken.length]) === before) return round;
    }
    return Number.POSITIVE_INFINITY;
  }

  #open(by: typeof owner): void {
    this.#webhook("issues", openedPayload(this.github.open(this.#repository, by)));
  }

  #webhook(event: string, payload: object): void {
    const deliveryId = `delivery-${this.deliveries.length}`;
    const body = structuredClone(payload) as Record<string, unknown>;
    this.deliveries.push({
      deliveryId,
      event,
      contentType: "application/json",
      body: Buffer.from("{}"),
      payload: body,
    });
  }

  async #receive(delivery: Delivery, slow: boolean): Promise<void> {
    this.access.fail = (method) => slow && method === "readIssue";
    const marks: Parameters<Receiving["mark"]>[0][number][] = [];
    const of = this.#considering(0);
    await receiveDelivery({ ...of, mark: (each) => void marks.push(...each) }, delivery);
    this.access.fail = () => false;
    for (const mark of marks) await this.access.addMark(mark);
  }

  #considering(watcher: number): Considering {
    return {
      github: this.access,
      publisher: this.pipeline,
      liveTasks: async () => this.pipeline.liveTasks(),
      published: this.#memories[watcher] ?? new PublishedTasks(),
      policy,
      admits: () => true,
      clock: { now: () => this.github.now, sleep: async () => {} },
      log: { debug() {}, info() {}, warn() {}, error() {} },
    };
  }

  /** Every task has a cause that a listed person gave, and its id can be worked out again from GitHub alone. */
  #judgeTask(task: Task): void {
    const found = this.pipeline.identify(task);
    if (!found) throw new Error(`no cause for ${task.taskId}`);
    if (task.stage === "implementation") expect(approvals(task, found.on)).not.toEqual([]);
    else if (found.about === "issue" && found.attempt === 0) expect(found.on.issue.author).toEqual(owner);
    else {
      const id = found.attempt || Number(found.about.slice("command:".length));
      expect(found.on.comments.find((comment) => comment.id === id)?.author).toEqual(owner);
    }
  }

  #plans(): Comment[] {
    return this.github.issues.flatMap(({ comments }) => comments.filter(isPlan));
  }

  #pick<T>(from: readonly T[], n: number): T | undefined {
    return from[n % from.length];
  }
}

const isPlan = ({ author, body }: Comment) => author === bot && body.startsWith(markers.plan);
const aboutOf = ({ body }: Comment) => /"about":"([^"]+)"/.exec(body)?.[1];

/** What a person would accept as an approval of this plan as it stands, in words of their own. */
function approvals({ planCommentId, planSha256: hash }: ImplementationTask, on: FakeIssue): string[] {
  const plan = on.comments.find(({ id }) => id === planCommentId);
  if (!plan || on.issue.state !== "OPEN" || plan.isMinimized) return [];
  const text = plan.body.slice(markers.plan.length, plan.body.indexOf(markers.planEnd));
  if (planSha256(text, "c".repeat(40)) !== hash) return [];
  const since = plan.lastEditedAt ?? plan.createdAt;
  const liked = plan.reactions.filter(
    ({ content, user, createdAt }) => content === "THUMBS_UP" && user?.id === 1 && createdAt > since,
  );
  const said = on.comments.filter(
    ({ author, body, createdAt }) => author === owner && createdAt > since && /^(\/approve|execute plan)$/.test(body),
  );
  return [...liked.map(({ createdAt }) => createdAt), ...said.map(({ createdAt }) => createdAt)];
}

test("histories: one run a cause, one visible plan a request, one pull request an approved plan, nothing unapproved", async () => {
  let pullRequests = 0;
  let plans = 0;
  await fc.assert(
    fc.asyncProperty(begin, fc.array(step, { minLength: 10, maxLength: 60, size: "max" }), async (first, steps) => {
      const world = new World();
      for (const each of first) await world.do(each);
      for (const each of steps) await world.do(each);
      expect(await world.settle()).toBeLessThan(Number.POSITIVE_INFINITY);
      const { pipeline, github } = world;
      const ids = pipeline.taken.map(({ taskId }) => taskId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(pipeline.ended).size).toBe(pipeline.ended.length);
      expect(new Set(pipeline.pullRequests).size).toBe(pipeline.pullRequests.length);
      for (const { comments, issue } of github.issues.filter((each) => each.issue.state === "OPEN")) {
        const visible = comments.filter((comment) => isPlan(comment) && !comment.isMinimized);
        expect(visible.length, `visible plans of #${issue.number}`).toBeLessThanOrEqual(1);
        const notes = comments
          .filter((each) => each.author === bot && !each.isMinimized)
          .flatMap(({ body }) => parseNoteIds(body)?.cause ?? []);
        expect(new Set(notes).size).toBe(notes.length);
        plans += new Set(comments.filter(isPlan).map(aboutOf)).size;
      }
      pullRequests += pipeline.pullRequests.length;
    }),
    { numRuns: 300 },
  );
  // The histories are worth something only if they get this far.
  expect(plans).toBeGreaterThan(100);
  expect(pullRequests).toBeGreaterThan(20);
});

test("whatever the order of deliveries and looks, one cause has one id", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(["deliver", "look", "repeat", "look twice"] as const, { minLength: 1 }),
      async (order) => {
        const world = new World();
        world.github.wait(5);
        for (const each of order) await world.do({ do: each, on: 0, slow: false } as Step);
        expect(world.pipeline.taken.map(({ taskId }) => taskId)).toEqual([world.pipeline.taken[0]?.taskId ?? "a task"]);
      },
    ),
  );
});
