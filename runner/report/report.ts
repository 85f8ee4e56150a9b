import { setTimeout as sleep } from "node:timers/promises";
import {
  branchName,
  codes,
  decideApproval,
  type FailureCode,
  type IssueSnapshot,
  markers,
  type Outcome,
  type Policy,
  parseRunIds,
  type RepositoryFilter,
  RunFailure,
  withdrawalOf,
  withdrawnBy,
} from "@froussard/contract";
import { confirmRun } from "../mediator/confirm-run.ts";
import { recordFromComments } from "../mediator/continue-run.ts";
import type { GitHubFacts } from "../mediator/github-facts.ts";
import { identifyTask, type TaskIdentity } from "../mediator/identify-task.ts";
import { withOpenCharged } from "../mediator/ledger.ts";
import type { RunEnd } from "../mediator/ports.ts";
import type { RunRecord } from "../mediator/record.ts";
import { accountOf, type RunAccount } from "../mediator/run-account.ts";
import { begunRuns } from "../mediator/run-limits.ts";
import { toldEnd } from "../mediator/told-end.ts";
import type { GitHubPublisher, RunIdentity } from "../publish/publisher.ts";
import type { TaskClaim } from "../settings.ts";
import { begunRun } from "./begun-run.ts";
import { type End, judgeEnd, labelOf } from "./judge-end.ts";

export interface ReportOptions {
  claim: TaskClaim;
  policy: Policy;
  branchPrefix: string;
  /** @default the repository's default branch */
  baseBranch?: string | undefined;
  /** The allow-list: on issues of other repositories nothing is told. */
  isServed: RepositoryFilter;
  /** How many runs an issue may have. */
  runsPerIssue: number;
  facts: GitHubFacts;
  publisher: Pick<GitHubPublisher, "find" | "result" | "label" | "progress">;
  /** Whether the attempt ended well: it is done, or its end is final. */
  succeeded: boolean;
  /** The record from the mediator's folder, where there is one: then its process is over. */
  record: RunRecord | undefined;
  /** How long a mediator elsewhere may still be publishing, and how often to look. Milliseconds. */
  grace: { totalMs: number; intervalMs: number };
  signal?: AbortSignal;
  log: { warn(message: string): void };
}

/** What a run came to; one line of JSON on standard output. */
export interface Report {
  planCommentUrl?: string;
  pullRequestUrl?: string;
  outcome: Outcome;
  code?: FailureCode;
  /** What the run was and has cost, as far as its record tells; absent where no record is left. */
  usage?: RunAccount;
}

/**
 * Looks on GitHub whether a run's result is really there, and tells the run's end where it is not told yet (design §5).
 * Calling it again changes nothing. What GitHub does not confirm as asked for is told only where our progress comment of
 * the task says that it had begun; else it is answered, but told on no issue: a forged message must not leave an end behind
 * that stands in the way of the real one.
 * @throws RunFailure when GitHub cannot be asked or refuses
 */
export async function report(options: ReportOptions): Promise<Report> {
  const { claim, policy, log } = options;
  const seen = await look(options);
  if ("fault" in seen) {
    // Then texts given by hand stood in for the issue, and the result was shown: else such an attempt does not end well.
    if (seen.missing && claim.TASK_ID === undefined && options.succeeded) return { outcome: "done" };
    log.warn(`nothing is told on GitHub: ${seen.fault}`);
    const code = options.record?.code ?? "invalid-task";
    const { outcome } = codes[code];
    return { outcome, code, ...usage(options.record, claim, { outcome, code }) };
  }
  const { snapshot, identity, run, record, found } = seen;
  const by = "fault" in identity ? undefined : withdrawnSince(snapshot, policy, identity);
  const facts = {
    stage: claim.TASK_STAGE,
    record,
    found,
    told: toldEnd(snapshot, run.taskId),
    issueClosed: snapshot.issue.state === "CLOSED" || by === "issue-closed",
    cancelled: by === "cancelled",
  };
  const judged = judgeEnd(facts, (code) => codes[code].outcome);
  const begun = begunRun(snapshot, run) !== undefined;
  const isSilent = judged.outcome !== "done" && judged.code === "no-progress" && !begun;
  const reasoned = isSilent ? await withReason(options, judged) : judged;
  const end = "fault" in identity && !facts.told ? unconfirmed(reasoned, identity.fault, record) : reasoned;
  const told = { outcome: end.outcome, ...(end.outcome !== "done" && { code: end.code }) };
  const mayBeForged = isSilent && !isApproved(seen, policy);
  if (!facts.told && !begun && isUnasked(identity, end, mayBeForged))
    log.warn(`nothing is told on GitHub: ${run.taskId} had not begun, and GitHub does not show that it was asked for`);
  else await tell(options, seen, end);
  return {
    ...(found.planUrl && { planCommentUrl: found.planUrl }),
    ...(found.pullRequest && { pullRequestUrl: found.pullRequest.url }),
    ...told,
    ...usage(record, claim, told),
  };
}

/**
 * A run that was refused before it had a comment left its record in a pod that is gone, so GitHub is asked what the mediator
 * asked. What it would have gone on with left no reason, and none that cannot be found out keeps the end from being told.
 */
async function withReason({ claim, policy, log, ...options }: ReportOptions, end: End): Promise<End> {
  const { branchPrefix, baseBranch, isServed, facts, publisher } = options;
  const rules = { policy, branchPrefix, baseBranch, isServed };
  try {
    await confirmRun({ claim, rules, facts, find: (run) => publisher.find(run) });
    return end;
  } catch (error) {
    if (!(error instanceof RunFailure) || error.code === "internal") {
      log.warn(`why the run was refused could not be found out: ${error}`);
      return end;
    }
    const { code, detail } = error;
    return { outcome: codes[code].outcome, code, detail };
  }
}

/** Without a known reason, that nothing asks for the task any more is the reason. */
function unconfirmed(judged: End, fault: string, record: RunRecord | undefined): End {
  if (judged.outcome === "done" || judged.code === record?.code || judged.code === "issue-closed") return judged;
  const code = "invalid-task";
  return { outcome: codes[code].outcome, code, detail: fault };
}

/** Codes of a message that GitHub does not confirm. */
const unconfirmedCodes: ReadonlySet<FailureCode> = new Set(["invalid-task", "not-approved"]);

/** A first try that GitHub does not confirm as its message tells it. */
function isUnasked(identity: Seen["identity"], end: End, mayBeForged: boolean): boolean {
  if (end.outcome === "done" || "fault" in identity || identity.attempt !== 0) return false;
  return unconfirmedCodes.has(end.code) || mayBeForged;
}

/** Whether the very plan that the task is about stands approved; a plan itself needs no approval. */
function isApproved({ snapshot, run }: Seen, policy: Policy): boolean {
  if (run.stage === "planning") return true;
  const verdict = decideApproval(snapshot, policy);
  if (!("approval" in verdict)) return false;
  const { comment, sha256 } = verdict.approval.plan;
  return run.about === `plan:${comment.id}:${sha256}`;
}

/** How the work was taken back. A first try at a plan was asked for by its approval, so one that stands was not. */
function withdrawnSince(snapshot: IssueSnapshot, policy: Policy, { stage, attempt, cause }: TaskIdentity) {
  const isApproved = stage === "implementation" && attempt === 0 && "approval" in decideApproval(snapshot, policy);
  return isApproved ? undefined : withdrawnBy(cause, withdrawalOf(snapshot, policy));
}

interface Seen {
  snapshot: IssueSnapshot;
  /** The fault, when GitHub does not confirm a task that had begun. */
  identity: TaskIdentity | { fault: string };
  run: RunIdentity;
  record: RunRecord | undefined;
  found: Awaited<ReturnType<GitHubPublisher["find"]>>;
}

/** Why nothing can be told: `missing`, because there is no such issue. */
interface Fault {
  fault: string;
  missing?: true;
}

/** Looks until the result is there, the record says that it will not be, or the grace period is over. */
async function look(options: ReportOptions): Promise<Seen | Fault> {
  const { grace, publisher, signal } = options;
  for (let waited = 0; ; waited += grace.intervalMs) {
    const seen = await identify(options);
    if ("fault" in seen) return seen;
    const found = await publisher.find(seen.run);
    const isThere = found.planUrl !== undefined || found.pullRequest !== undefined || found.resultUrl !== undefined;
    const isOver = options.record !== undefined || seen.record?.state === "closed" || waited >= grace.totalMs;
    if (isThere || isOver) return { ...seen, found };
    await sleep(grace.intervalMs, undefined, { signal });
  }
}

async function identify(options: ReportOptions): Promise<Omit<Seen, "found"> | Fault> {
  const { claim, policy, branchPrefix, isServed, facts } = options;
  const snapshot = await facts.issue(claim.TASK_REPOSITORY, claim.TASK_ISSUE_NUMBER);
  const { TASK_ISSUE_NUMBER: number, TASK_REPOSITORY: repository } = claim;
  if (!snapshot) return { fault: `there is no issue #${number} in ${repository}`, missing: true };
  if (claim.TASK_REPOSITORY_ID !== undefined && claim.TASK_REPOSITORY_ID !== snapshot.repository.id)
    return { fault: `${claim.TASK_REPOSITORY} is not the repository with id ${claim.TASK_REPOSITORY_ID}` };
  const { nameWithOwner } = snapshot.repository;
  if (!isServed(nameWithOwner)) return { fault: `${nameWithOwner} is not served (CODEX_REPOSITORIES)` };
  const claimed = { stage: claim.TASK_STAGE, taskId: claim.TASK_ID ?? options.record?.taskId };
  const identity = identifyTask(snapshot, policy, {
    ...claimed,
    planCommentId: claim.TASK_PLAN_COMMENT_ID,
    planSha256: claim.TASK_PLAN_SHA256,
  });
  const known = "fault" in identity ? (begunRun(snapshot, claimed) ?? identity) : identity;
  if ("fault" in known) return known;
  const { stage, about, subjectId, taskId } = known;
  const branch = branchName(branchPrefix, snapshot.issue.number, subjectId);
  const implementation = stage === "implementation" ? { implementation: { branch } } : {};
  const fits = options.record && (options.record.taskId ?? taskId) === taskId;
  const record = fits ? options.record : recordFromComments(snapshot, taskId);
  return { snapshot, identity, run: { taskId, subjectId, stage, about, snapshot, ...implementation }, record };
}

async function tell(
  { publisher, runsPerIssue }: ReportOptions,
  { snapshot, run, record, found }: Seen,
  end: End,
): Promise<void> {
  const { planUrl, pullRequest, resultUrl } = found;
  const cost = record && { ledger: withOpenCharged(record.ledger) };
  const result: RunEnd =
    end.outcome === "done"
      ? { outcome: "done", ...cost, ...(pullRequest && { pullRequest }), ...(planUrl && { planUrl }) }
      : { ...end, ...cost, ...(record && { attempts: record.attempts }), runsLeft: runsLeft(snapshot, runsPerIssue) };
  await publisher.result(run, result);
  const label = labelOf(run.stage, end, snapshot.issue.labels);
  if (label !== "keep") await publisher.label(run, label);
  const hasProgress = snapshot.comments.some(
    ({ viewerDidAuthor, body }) => viewerDidAuthor && parseRunIds(markers.progress, body)?.taskId === run.taskId,
  );
  if (!hasProgress) return;
  const url = pullRequest?.url ?? planUrl ?? resultUrl ?? (await publisher.find(run)).resultUrl;
  await publisher.progress(run, { state: "ended", ...cost, record, ...(url && { url }) });
}

function runsLeft({ comments }: IssueSnapshot, runsPerIssue: number): number {
  return Math.max(0, runsPerIssue - begunRuns(comments.filter(({ viewerDidAuthor }) => viewerDidAuthor)).length);
}

/** The account of a run for machines, from its record. */
export function usage(
  record: RunRecord | undefined,
  claim: Pick<TaskClaim, "TASK_STAGE">,
  end: Pick<RunAccount, "outcome" | "code">,
): { usage?: RunAccount } {
  return record ? { usage: accountOf(record, claim.TASK_STAGE, end) } : {};
}
