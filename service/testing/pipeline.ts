import {
  type About,
  type Attempt,
  decideApproval,
  headers,
  type ImplementationTask,
  type IssueSnapshot,
  isListed,
  parseCommand,
  type Task,
  taskSchema,
  withdrawalOf,
  withdrawnBy,
} from "@froussard/contract";
import { identify } from "../cause.ts";
import type { OutgoingRecord, Publisher } from "../publisher.ts";
import type { ServicePolicy } from "../service-policy.ts";
import type { FakeGitHub, FakeIssue } from "./fake-github.ts";

/** What a task is about, as the runner finds it out: by trying what can be found on GitHub. */
export interface Identified {
  on: FakeIssue;
  about: About;
  attempt: Attempt;
}

/** How a simulated run goes. */
export type Run = "succeeds" | "fails" | "posts its plan twice" | "is killed after publishing";

/**
 * The far side of the queue in memory: a queue that takes each task id once, and a runner that asks GitHub again before it
 * does anything, as the real one does.
 */
export class Pipeline implements Publisher {
  readonly #github: FakeGitHub;
  readonly #policy: ServicePolicy;
  /** Every task that was ever taken, in order. */
  readonly taken: Task[] = [];
  readonly waiting: Task[] = [];
  /** Ids of the tasks whose run came to an end. */
  readonly ended: string[] = [];
  /** One entry a pull request: the plan comment and the hash it was made for. */
  readonly pullRequests: string[] = [];
  /** Called when a task is taken, before it runs. */
  onTaken: (task: Task) => void = () => {};
  /** Called right before a pull request is made. */
  onPush: (task: ImplementationTask, on: FakeIssue) => void = () => {};

  constructor(github: FakeGitHub, policy: ServicePolicy) {
    this.#github = github;
    this.#policy = policy;
  }

  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    for (const record of records) {
      if (record.headers[headers.taskId] === undefined) continue;
      const task = taskSchema.parse(JSON.parse(String(record.value)));
      if (this.taken.some(({ taskId }) => taskId === task.taskId)) continue;
      this.onTaken(task);
      this.taken.push(task);
      this.waiting.push(task);
    }
  }

  async close(): Promise<void> {}

  liveTasks(): ReadonlySet<string> {
    return new Set(this.waiting.map(({ taskId }) => taskId));
  }

  identify(task: Task): Identified | undefined {
    const on = this.#github.issues.find(
      (each) => each.repository.id === task.repositoryId && each.issue.number === task.issueNumber,
    );
    if (!on) return undefined;
    const commands = on.comments.filter(({ author }) => isListed(author, this.#policy));
    const named = (...names: string[]) => commands.filter(({ body }) => names.includes(parseCommand(body)?.name ?? ""));
    const abouts: About[] =
      task.stage === "implementation"
        ? [`plan:${task.planCommentId}:${task.planSha256}`]
        : ["issue", ...named("plan", "replan").map(({ id }): About => `command:${id}`)];
    const where = { repositoryId: on.repository.id, issueId: on.issue.id, issueNumber: on.issue.number };
    for (const about of abouts)
      for (const attempt of [0, ...named("retry").map(({ id }) => id)])
        if (identify(where, { stage: task.stage, about, attempt }).taskId === task.taskId)
          return { on, about, attempt };
    return undefined;
  }

  /** Runs the oldest waiting task, `how` it goes. */
  runNext(how: Run): void {
    const task = this.waiting[0];
    const found = task && this.identify(task);
    if (!task || !found) return;
    const { on, about, attempt } = found;
    this.#github.progress(on, task.stage, about, attempt);
    this.#github.wait(2);
    const finish = (
      outcome: "done" | "failed" | "refused" | "cancelled",
      code?: "idle" | "cancelled" | "issue-closed" | "not-approved",
    ) => this.#github.result(on, task.stage, about, outcome, code, attempt);
    const takenBack = takenBackBy(found, this.#github.snapshot(on), this.#policy);
    if (on.issue.state !== "OPEN") finish("cancelled", "issue-closed");
    else if (takenBack) finish("cancelled", takenBack);
    else if (how === "fails") finish("failed", "idle");
    else if (task.stage === "planning") this.#plan(found, how);
    else if (this.#push(task, on)) finish("done");
    else finish("refused", "not-approved");
    if (how === "is killed after publishing") return;
    this.waiting.shift();
    this.ended.push(task.taskId);
  }

  /** Once per subject; only a crash between looking and posting makes a second one. */
  #plan({ on, about, attempt }: Identified, how: Run): void {
    const there = on.comments.some(
      ({ body, viewerDidAuthor }) =>
        viewerDidAuthor && body.includes(`"about":"${about}"`) && body.startsWith("<!-- codex:plan"),
    );
    if (!there || how === "posts its plan twice") this.#github.plan(on, about, `Plan for ${about}.`, attempt);
    if (how === "posts its plan twice") this.#github.plan(on, about, `Plan for ${about}.`, attempt);
  }

  #push(task: ImplementationTask, on: FakeIssue): boolean {
    const verdict = decideApproval(this.#github.snapshot(on), this.#policy);
    if (!("approval" in verdict)) return false;
    const { plan } = verdict.approval;
    if (plan.comment.id !== task.planCommentId || plan.sha256 !== task.planSha256) return false;
    this.onPush(task, on);
    const name = `${task.planCommentId}:${task.planSha256}`;
    if (!this.pullRequests.includes(name)) this.pullRequests.push(name);
    return true;
  }
}

/** How what the task is about was taken back since; an approval decides for itself. */
function takenBackBy({ on, about, attempt }: Identified, snapshot: IssueSnapshot, policy: ServicePolicy) {
  const id = attempt || Number(/^command:(\d+)$/.exec(about)?.[1] ?? 0);
  if (id === 0 && about !== "issue") return undefined;
  const comment = on.comments.find((each) => each.id === id);
  const asked = comment ? { at: comment.createdAt, comment } : { at: on.issue.createdAt };
  return withdrawnBy(asked, withdrawalOf(snapshot, policy));
}
