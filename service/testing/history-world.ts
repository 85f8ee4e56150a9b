import {
  type Comment,
  type ImplementationTask,
  labels,
  limits,
  markers,
  planSha256,
  type Task,
} from "@froussard/contract";
import { expect } from "vitest";
import { PublishedTasks } from "../published-tasks.ts";
import type { Delivery } from "../serve/read-delivery.ts";
import { type Receiving, receiveDelivery } from "../serve/receive-delivery.ts";
import type { ServicePolicy } from "../service-policy.ts";
import { type Considering, considerIssue } from "../watch/consider-issue.ts";
import { fakeAccess } from "./fake-access.ts";
import { bot, FakeGitHub, type FakeIssue, owner } from "./fake-github.ts";
import type { Step } from "./history-steps.ts";
import { openedPayload } from "./opened-payload.ts";
import { Pipeline } from "./pipeline.ts";

const policy: ServicePolicy = {
  approverIds: [1],
  trigger: { kind: "author" },
  since: "2026-03-01T00:00:00Z",
  branchPrefix: "codex/issue-",
  deadlineMinutes: 60,
};

/** GitHub, the service twice, and the runner; every task and every push is judged as it happens. */
export class World {
  readonly github = new FakeGitHub();
  readonly pipeline = new Pipeline(this.github, policy);
  readonly access = fakeAccess(this.github);
  readonly deliveries: Delivery[] = [];
  #repository = this.github.repository("octocat/hello");
  #memories = [new PublishedTasks(), new PublishedTasks()];
  readonly #elsewhere = this.github.repository("octocat/elsewhere");
  #names = 0;
  #opened = 0;

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
      case "edit command":
      case "hide command": {
        const said = this.github.issues.flatMap(({ comments }) => comments.filter(({ author }) => author !== bot));
        const comment = this.#pick(said.toReversed(), each.on);
        if (comment && each.do === "hide command") comment.isMinimized = true;
        else if (comment?.author) this.github.edit(comment, comment.author, `${comment.body}\nplease`);
        return;
      }
      case "skip":
      case "unskip": {
        const on = this.#pick(this.github.issues, each.on);
        if (on && each.do === "skip") this.github.label(on, owner, labels.skip);
        if (on && each.do === "unskip") on.issue.labels = on.issue.labels.filter((label) => label !== labels.skip);
        return;
      }
      case "close":
      case "reopen": {
        const on = this.#pick(this.github.issues, each.on);
        if (on) this.github.setState(on, each.do === "close" ? "CLOSED" : "OPEN");
        return;
      }
      case "transfer": {
        const on = this.#pick(this.github.issues, each.on);
        if (on) this.#transfer(on);
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

  /**
   * The deliveries that are left arrive, and everybody goes on until nothing happens any more for longer than anything is
   * waited for.
   */
  async settle(): Promise<number> {
    for (const delivery of this.deliveries.splice(0)) await this.#receive(delivery, false);
    let quiet = 0;
    for (let round = 1; round <= 40; round++) {
      const before = JSON.stringify([this.github.issues, this.pipeline.taken.length]);
      this.github.wait(quiet === 0 ? 60 : 1500);
      await this.look([0, 1]);
      while (this.pipeline.waiting.length > 0) this.pipeline.runNext("succeeds");
      await this.look([0]);
      quiet = JSON.stringify([this.github.issues, this.pipeline.taken.length]) === before ? quiet + 1 : 0;
      if (quiet * 25 > limits.abandonMinutes + 25) return round;
    }
    return Number.POSITIVE_INFINITY;
  }

  #open(by: typeof owner): void {
    // A number is not given again when its issue has moved away.
    const number = ++this.#opened;
    const url = `https://github.com/octocat/hello/issues/${number}`;
    this.#webhook("issues", openedPayload(this.github.open(this.#repository, by, { number, url })));
  }

  /** A run of what has moved away finds no issue, so it ends without a word; so does a late delivery of its opening. */
  #transfer(on: FakeIssue): void {
    if (on.repository !== this.#repository || on.issue.state !== "OPEN") return;
    const { waiting } = this.pipeline;
    const kept = waiting.filter(
      (task) => task.repositoryId !== on.repository.id || task.issueNumber !== on.issue.number,
    );
    waiting.splice(0, waiting.length, ...kept);
    const isOpening = ({ event, payload }: Delivery) =>
      event === "issues" && (payload?.["issue"] as { id?: number } | undefined)?.id === on.issue.id;
    this.deliveries.splice(0, this.deliveries.length, ...this.deliveries.filter((each) => !isOpening(each)));
    this.github.transfer(on, this.#elsewhere);
  }

  #webhook(event: string, payload: object): void {
    const deliveryId = `delivery-${this.deliveries.length}`;
    const body = structuredClone(payload) as Record<string, unknown>;
    this.deliveries.push({
      deliveryId,
      event,
      contentType: "application/json",
      body: Buffer.from("{}"),
      size: 2,
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

export const isPlan = ({ author, body }: Comment) => author === bot && body.startsWith(markers.plan);
export const aboutOf = ({ body }: Comment) => /"about":"([^"]+)"/.exec(body)?.[1];

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
    ({ author, body, createdAt, isMinimized }) =>
      author === owner && !isMinimized && createdAt > since && /^(\/approve|execute plan)$/.test(body),
  );
  const times = [...liked, ...said].map(({ createdAt }) => createdAt);
  const owners = (body: string) =>
    on.comments.filter((each) => each.author === owner && each.body.split("\n")[0] === body);
  const takenBack =
    [on.issue.closedAt ?? "", ...owners("/cancel").map(({ createdAt }) => createdAt)].toSorted().at(-1) ?? "";
  const isMeantAgain = owners("/retry").some(
    ({ createdAt, isMinimized, lastEditedAt }) => createdAt >= takenBack && !isMinimized && lastEditedAt === undefined,
  );
  return isMeantAgain ? times : times.filter((time) => time >= takenBack);
}
