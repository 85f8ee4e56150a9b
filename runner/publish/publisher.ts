import {
  issueTextSha256,
  markedComment,
  markers,
  type PlanIds,
  parsePlanBody,
  parseRunIds,
  planSha256,
  RunFailure,
  type RunIds,
  readPlans,
} from "@froussard/contract";
import type { GitHub } from "@froussard/github/client";
import { githubFailure } from "../mediator/github-failure.ts";
import type { Publisher, RunContext } from "../mediator/ports.ts";
import { createOnce } from "./create-once.ts";
import { issueComments, type OwnComment } from "./issue-comments.ts";
import { findPullRequest, openPullRequest } from "./pull-requests.ts";
import { setStateLabel } from "./state-label.ts";
import { planComment } from "./texts/plan-comment.ts";
import { progressText } from "./texts/progress-text.ts";
import { pullRequestBody, pullRequestTitle } from "./texts/pull-request-text.ts";
import { resultText } from "./texts/result-text.ts";

export interface PublisherOptions {
  github: GitHub;
  log: { warn(message: string): void };
  /** `login` or `login:id` of the people who may approve; the plan's footer names the logins. */
  approvers: readonly string[];
  /** Waits before looking whether a lost creation was made after all. Milliseconds. @default [1_000, 3_000, 10_000] */
  retryDelays?: readonly number[];
  signal?: AbortSignal;
}

/** What identifies a run on GitHub; the report knows no more of it. */
export type RunIdentity = Pick<RunContext, "taskId" | "subjectId" | "stage" | "about" | "snapshot"> & {
  implementation?: Pick<NonNullable<RunContext["implementation"]>, "branch">;
};

/** {@link Publisher}, with the methods that need no more than a run's identity saying so. */
export interface GitHubPublisher extends Publisher {
  progress(run: RunIdentity, text: Parameters<Publisher["progress"]>[1]): Promise<void>;
  result(run: RunIdentity, end: Parameters<Publisher["result"]>[1]): Promise<void>;
  label(run: RunIdentity, label: string | undefined): Promise<void>;
  find(run: RunIdentity): ReturnType<Publisher["find"]>;
}

/**
 * Publishes on GitHub (design §2.9, §6 rule 2). Whatever is created is looked for first, looked for again when an answer
 * was lost, and read back: of doubles the oldest stays visible. Methods reject with `RunFailure`, labels never.
 */
export function createPublisher(options: PublisherOptions): GitHubPublisher {
  const { github, log, retryDelays = [1_000, 3_000, 10_000], signal } = options;
  const approvers = options.approvers.map((entry) => entry.replace(/:.*$/, ""));
  /** Progress comment of each task, and its body as last written. */
  const progressComments = new Map<string, { comment: OwnComment; body: string }>();
  const once = { retryDelays, signal };
  const commentsOf = ({ snapshot }: Pick<RunIdentity, "snapshot">) => issueComments(github, snapshot);

  /** A comment that this task has at most one of: the oldest, newer ones minimized. */
  async function single(run: RunIdentity, doing: string, fits: (body: string) => boolean, body: string) {
    const comments = commentsOf(run);
    const find = async () => (await comments.own(fits))[0];
    let created = false;
    const create = () => {
      created = true;
      return comments.create(body);
    };
    const comment = await createOnce({ doing, find, create, ...once });
    if (!created) return { comment, created };
    const [oldest = comment, ...doubles] = await comments.own(fits);
    for (const double of doubles) if (!double.isMinimized) await comments.minimize(double);
    return { comment: oldest, created: oldest.id === comment.id };
  }

  /** Of the plans of one subject the oldest stays visible, and so do no plans of other subjects that are older than it. */
  async function tidyPlans(run: RunIdentity): Promise<void> {
    const comments = commentsOf(run);
    const plans = readPlans(await comments.read());
    const winner = oldestVisible(plans.filter(({ ids }) => ids.subjectId === run.subjectId));
    if (!winner) return;
    for (const { comment, ids } of plans) {
      const superseded =
        ids.subjectId === run.subjectId ? comment.id !== winner.comment.id : comment.id < winner.comment.id;
      if (superseded && !comment.isMinimized) await comments.minimize(comment);
    }
  }

  const publisher: GitHubPublisher = {
    async progress(run, text) {
      const { record } = text;
      const body = markedComment(markers.progress, { ...runIds(run), record }, progressText(run, text));
      const fits = (other: string) => parseRunIds(markers.progress, other)?.taskId === run.taskId;
      const known = progressComments.get(run.taskId);
      if (known?.body === body) return;
      const comments = commentsOf(run);
      if (!known || !(await comments.edit(known.comment.id, body))) {
        const { comment, created } = await single(run, "writing the progress comment", fits, body);
        if (!created && comment.body !== body) await comments.edit(comment.id, body);
        progressComments.set(run.taskId, { comment, body });
      } else known.body = body;
      const now = progressComments.get(run.taskId)?.comment;
      // What has ended is told by another comment; this one is folded away.
      if (text.state === "ended" && now && !now.isMinimized) {
        await comments.minimize(now);
        now.isMinimized = true;
      }
    },

    async plan(run, plan, ledger) {
      const { repository, issue } = run.snapshot;
      const ids: PlanIds = {
        repositoryId: repository.id,
        issueId: issue.id,
        taskId: run.taskId,
        subjectId: run.subjectId,
        about: run.about,
        baseCommit: run.base.commit,
        issueTextSha256: issueTextSha256(issue.title, issue.body),
      };
      const body = planComment({ run, ids, plan, ledger, approvers });
      const comments = commentsOf(run);
      const find = async () => {
        const mine = readPlans(await comments.read()).filter(({ ids: { subjectId } }) => subjectId === run.subjectId);
        return (oldestVisible(mine) ?? mine[0])?.comment;
      };
      const create = async () => {
        const made = await comments.create(body);
        if (hashOf(made.body, ids) !== hashOf(body, ids))
          throw new RunFailure("internal", "GitHub did not keep the plan as it was written");
        return made;
      };
      const comment = await createOnce({ doing: "writing the plan", find, create, ...once });
      await tidyPlans(run);
      return { url: ((await find()) ?? comment).url };
    },

    async pullRequest(run, { report, files, checks = "run", ledger }) {
      const { branch } = branchOf(run);
      const title = pullRequestTitle(report, run.snapshot.issue.number);
      const body = pullRequestBody({ run, ids: runIds(run), report, files, checks, ledger });
      const find = () => findPullRequest(github, run, branch);
      const create = () => openPullRequest(github, run, { branch, base: run.base.branch, title, body });
      const opened = await createOnce({ doing: "opening the pull request", find, create, ...once });
      return (await find()) ?? opened;
    },

    async result(run, end) {
      if (end.outcome === "done" && run.stage === "planning") return;
      const code = end.outcome === "done" ? undefined : end.code;
      const ids: RunIds = { ...runIds(run), outcome: end.outcome, ...(code && { code }) };
      // What is done stays done: a failure is never told after it, and a failure told before is folded away.
      const fits = (other: string) => {
        const found = parseRunIds(markers.result, other);
        return found?.taskId === run.taskId && (found.outcome === "done" || end.outcome !== "done");
      };
      await single(run, "writing the result", fits, markedComment(markers.result, ids, resultText(run, end)));
      if (end.outcome !== "done") return;
      const comments = commentsOf(run);
      const failures = await comments.own((other) => {
        const found = parseRunIds(markers.result, other);
        return found?.taskId === run.taskId && found.outcome !== "done";
      });
      for (const failure of failures) if (!failure.isMinimized) await comments.minimize(failure);
    },

    label: ({ snapshot }, label) => setStateLabel({ github, snapshot, label, log }),

    async find(run) {
      const snapshot = await commentsOf(run).read();
      const plans = readPlans(snapshot).filter(({ ids }) => ids.subjectId === run.subjectId);
      const plan = oldestVisible(plans) ?? plans[0];
      const result = snapshot.comments.find(
        ({ viewerDidAuthor, body }) => viewerDidAuthor && parseRunIds(markers.result, body)?.taskId === run.taskId,
      );
      const branch = run.implementation?.branch;
      const pullRequest = branch === undefined ? undefined : await findPullRequest(github, run, branch);
      return {
        ...(plan && { planUrl: plan.comment.url }),
        ...(pullRequest && { pullRequest }),
        ...(result && { resultUrl: result.url }),
      };
    },
  };
  return typedFailures(publisher);
}

/** Gives every error of GitHub's API the type that the run acts on. */
function typedFailures(publisher: GitHubPublisher): GitHubPublisher {
  const typed =
    <A extends unknown[], R>(doing: string, method: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      method(...args).catch((error: unknown) => {
        throw githubFailure(error, doing);
      });
  return {
    progress: typed("writing the progress comment", publisher.progress),
    plan: typed("writing the plan", publisher.plan),
    pullRequest: typed("opening the pull request", publisher.pullRequest),
    result: typed("writing the result", publisher.result),
    label: publisher.label,
    find: typed("looking for the result", publisher.find),
  };
}

function hashOf(body: string, { baseCommit }: PlanIds): string | undefined {
  const plan = parsePlanBody(body);
  return plan && planSha256(plan.text, baseCommit);
}

function runIds({ taskId, subjectId, about, stage }: RunIdentity): RunIds {
  return { taskId, subjectId, about, stage };
}

function branchOf(run: RunContext): NonNullable<RunContext["implementation"]> {
  if (!run.implementation) throw new RunFailure("internal", "only an implementation has a pull request");
  return run.implementation;
}

function oldestVisible<T extends { comment: { isMinimized: boolean } }>(plans: readonly T[]): T | undefined {
  return plans.find(({ comment }) => !comment.isMinimized);
}
