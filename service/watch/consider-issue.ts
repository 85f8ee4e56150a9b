import type { RepositoryFilter } from "@froussard/contract";
import {
  codes,
  type FailureCode,
  type IssueSnapshot,
  labels,
  type Plan,
  readPlans,
  type Task,
} from "@froussard/contract";
import { SpanKind, type Tracer } from "@opentelemetry/api";
import type { Mark } from "../cause.ts";
import type { Clock } from "../clock.ts";
import { errorFields } from "../error-fields.ts";
import type { GitHubAccess } from "../github-access.ts";
import { readHistory } from "../history.ts";
import { commentsToMinimize } from "../housekeeping.ts";
import { type NextTask, nextTask } from "../next-task.ts";
import { tellBody } from "../notes.ts";
import type { PublishedTasks } from "../published-tasks.ts";
import type { Publisher } from "../publisher.ts";
import { taskRecord } from "../records.ts";
import type { ServiceLog } from "../service-log.ts";
import type { ServicePolicy } from "../service-policy.ts";
import { withSpan, withTraceparent } from "../tracing/with-span.ts";
import { unansweredSince } from "../unanswered-since.ts";
import { runsBegun } from "./day-runs.ts";

export interface Considering {
  github: GitHubAccess;
  publisher: Publisher;
  /** Ids of the tasks that wait or run, where the queue can tell. */
  liveTasks: () => Promise<ReadonlySet<string>>;
  /** When the run of a task has finished, where that can be told. ISO 8601. */
  finishedAt?: (taskId: string) => Promise<string | undefined>;
  published: PublishedTasks;
  policy: ServicePolicy;
  admits: RepositoryFilter;
  clock: Clock;
  log: ServiceLog;
  /** @default none: no traces */
  tracer?: Tracer;
  /** Hears of every task that was published, and whether it had been before. */
  onPublished?: (stage: string, again: boolean) => void;
  /** Hears of every failure that was told on an issue, because nobody else could tell it. */
  onFailureTold?: (code: FailureCode) => void;
}

export interface Considered {
  /** GitHub showed no such issue; it may be for a moment only. */
  isMissing?: true;
  /** The issue as it was; undefined when it is not there or not served. */
  snapshot?: IssueSnapshot;
  /** The plan that a reaction could approve. */
  pendingPlan?: Plan;
  /** Since when somebody waits for a plan. ISO 8601. */
  unansweredSince?: string;
  /** When its task was published, while that shows no trace. ISO 8601. */
  untracedSince?: string;
  /** When the runs on it began, as far as it shows them. ISO 8601. */
  runsBegun: readonly string[];
  /** When to look again even if nothing changes on GitHub. ISO 8601. */
  lookAgainAt?: string;
}

/**
 * Looks at one issue as it stands and does what is due: publishes its task and leaves the mark, says what is to be said,
 * hides what is outdated. Everything may be cut off at any point and done again.
 * @throws when GitHub cannot be read or the task cannot be published; what comes after is logged and left to the next look.
 */
export async function considerIssue(of: Considering, repository: string, issueNumber: number): Promise<Considered> {
  const { github, policy, clock, log, published } = of;
  const askedAt = clock.now();
  const snapshot = await github.readIssue(repository, issueNumber);
  if (!snapshot) return { isMissing: true, runsBegun: [] };
  if (!of.admits(snapshot.repository.nameWithOwner)) {
    const now = snapshot.repository.nameWithOwner;
    log.warn(
      { repository, now },
      "the repository has another name now: add it to CODEX_REPOSITORIES to have it served",
    );
    return { runsBegun: [] };
  }
  const liveTasks = await of.liveTasks();
  const memory = { liveTasks, published: published.get.bind(published) };
  const first = nextTask(snapshot, policy, clock.now(), memory);
  const finishedTasks = await finishedBefore(of, first, askedAt);
  const next = finishedTasks ? nextTask(snapshot, policy, clock.now(), { ...memory, finishedTasks }) : first;
  let { lookAgainAt } = next;
  const fields = {
    repository: snapshot.repository.nameWithOwner,
    issueNumber,
    ...("task" in next && { taskId: next.task.taskId }),
  };
  if ("task" in next) {
    const { taskId, stage } = next.task;
    const again = next.again ?? false;
    await publish(of, next.task, again).catch((error: unknown) => {
      log.warn({ ...fields, stage, ...errorFields(error) }, "task not published");
      throw error;
    });
    published.note(taskId, next.askedAt, clock.now());
    of.onPublished?.(stage, again);
    log.info({ ...fields, stage, again }, "task published");
    lookAgainAt = soonest(lookAgainAt, inMinutes(clock, 5));
  } else {
    log.debug({ ...fields, reason: next.reason }, "nothing to do");
  }
  const complete = await followUp(of, snapshot, next.mark ?? [], next.tell, fields);
  if (!complete) lookAgainAt = soonest(lookAgainAt, inMinutes(clock, 5));
  const pendingPlan = plan(snapshot, policy);
  const waiting = unansweredSince(snapshot, policy, clock.now(), memory);
  return {
    snapshot,
    ...(lookAgainAt !== undefined && { lookAgainAt }),
    ...(pendingPlan && { pendingPlan }),
    ...(waiting !== undefined && { unansweredSince: waiting }),
    ...(next.untracedSince !== undefined && { untracedSince: next.untracedSince }),
    runsBegun: runsBegun(readHistory(snapshot, policy)),
  };
}

/** For the difference between the cluster's clock and ours. */
const clockSkewMs = 60_000;

/** The task that is about to be published again, when its run had finished before the issue was read. */
async function finishedBefore(
  { finishedAt }: Considering,
  next: NextTask,
  time: Date,
): Promise<ReadonlySet<string> | undefined> {
  if (!finishedAt || !("task" in next) || !next.again) return undefined;
  const { taskId } = next.task;
  const at = await finishedAt(taskId);
  return at !== undefined && Date.parse(at) + clockSkewMs < time.getTime() ? new Set([taskId]) : undefined;
}

function publish({ publisher, tracer }: Considering, task: Task, again: boolean): Promise<void> {
  const attributes = {
    "froussard.task.id": task.taskId,
    "froussard.task.stage": task.stage,
    "froussard.task.again": again,
    "github.repository": task.repository,
    "github.issue": task.issueNumber,
  };
  return withSpan(tracer, "publish", { kind: SpanKind.PRODUCER, attributes }, (span) =>
    publisher.publish(withTraceparent([taskRecord(task)], span)),
  );
}

async function followUp(
  { github, log, policy, onFailureTold }: Considering,
  snapshot: IssueSnapshot,
  marks: readonly Mark[],
  tell: readonly Parameters<typeof tellBody>[0][],
  fields: { repository: string; issueNumber: number; taskId?: string },
): Promise<boolean> {
  const failedLabel: [string, () => Promise<void>] = [
    "label",
    () => github.setStateLabel(fields.repository, fields.issueNumber, labels.failed, snapshot.issue.labels),
  ];
  const steps: [string, () => Promise<void>][] = [
    ...marks.map((mark): [string, () => Promise<void>] => ["mark", () => github.addMark(mark)]),
    ...tell.map((each): [string, () => Promise<void>] => [
      each.kind === "note" ? each.code : codes[each.ids.code].text,
      async () => {
        await github.createComment(fields.repository, fields.issueNumber, tellBody(each));
        if (each.kind === "failure") onFailureTold?.(each.ids.code);
      },
    ]),
    ...(tell.some(({ kind }) => kind === "failure") ? [failedLabel] : []),
    ...commentsToMinimize(snapshot, policy).map(({ nodeId }): [string, () => Promise<void>] => [
      "minimize",
      () => github.minimize(nodeId),
    ]),
  ];
  let complete = true;
  for (const [step, run] of steps) {
    try {
      await run();
    } catch (error) {
      complete = false;
      log.warn({ ...fields, step, ...errorFields(error) }, "left to the next look");
    }
  }
  return complete;
}

/** The newest visible plan, unless it was carried out already: a reaction on it may change what is due. */
function plan(snapshot: IssueSnapshot, policy: ServicePolicy): Plan | undefined {
  if (snapshot.issue.state !== "OPEN" || snapshot.repository.isArchived) return undefined;
  const hidden = new Set(commentsToMinimize(snapshot, policy));
  const stands = readPlans(snapshot).find(({ comment }) => !comment.isMinimized && !hidden.has(comment));
  if (!stands) return undefined;
  const about = `plan:${stands.comment.id}:${stands.sha256}`;
  const done = readHistory(snapshot, policy).runs.some((run) => run.ids.about === about && run.ids.outcome === "done");
  return done ? undefined : stands;
}

function inMinutes(clock: Clock, minutes: number): string {
  return new Date(clock.now().getTime() + minutes * 60_000).toISOString();
}

function soonest(a: string | undefined, b: string): string {
  return a !== undefined && Date.parse(a) < Date.parse(b) ? a : b;
}
