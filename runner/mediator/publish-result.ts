import { RunFailure } from "@froussard/contract";
import type { ChangeReport, PlanAnswer } from "../plan.ts";
import type { Change } from "../protocol.ts";
import { type CommitChecks, commitMessage, readCommitMessage } from "../render/commit-message.ts";
import { approvalOf, checkWanted } from "./approval-check.ts";
import type { GitHubFacts } from "./github-facts.ts";
import { peopleAccess } from "./people-access.ts";
import type { ChangedFile, GitRepository, Ledger, Publisher } from "./ports.ts";
import type { PreparedRun, RunRules } from "./prepare-run.ts";
import { tellProtected } from "./tell-protected.ts";

export interface PublishOptions {
  prepared: Pick<PreparedRun, "run" | "cause">;
  rules: RunRules;
  facts: GitHubFacts;
  publisher: Publisher;
  ledger: Ledger;
  ownCommits: OwnCommits;
}

/** The mediator's memory of what it pushed. Name and trailer of a branch can be forged by whoever may push; this not. */
export interface OwnCommits {
  /** Whether a try at this very subject pushed the commit. */
  has(commit: string): boolean;
  /** Remembers a commit, before it is pushed, where a later mediator finds it. */
  add(commit: string): Promise<void>;
}

/** Publishes a plan, if it is still wanted; doing it again finds what is there. @returns the plan's address */
export async function publishPlan(options: PublishOptions, plan: PlanAnswer): Promise<string> {
  const { prepared, rules, publisher, ledger } = options;
  checkWanted(await freshSnapshot(options), rules.policy, prepared.cause);
  const { url } = await publisher.plan(prepared.run, tellProtected(plan, rules.changes.protectedPaths), ledger);
  return url;
}

/**
 * Makes a commit of a change, pushes it if the plan is still approved, opens the pull request and tells it. Each step
 * finds what an earlier try left. @returns the pull request's address
 */
export async function publishChanges(
  options: PublishOptions,
  git: GitRepository,
  input: { report: ChangeReport; changes: readonly Change[]; date: string },
): Promise<string> {
  const { run, branch, plan, planSha256 } = implementationOf(options);
  const checks = options.rules.commitChecks;
  await git.fetchCommit(run.base.commit);
  const message = commitMessage({
    report: input.report,
    issueNumber: run.snapshot.issue.number,
    taskId: run.taskId,
    checks,
  });
  const [made, found] = await Promise.allSettled([
    git.commitChanges({ base: run.base.commit, changes: input.changes, message, date: input.date }),
    ownTip(options, git),
  ]);
  // What is wrong with the changes is told first, whichever ended first.
  if (made.status === "rejected") throw made.reason;
  if (found.status === "rejected") throw found.reason;
  const { commit, files } = made.value;
  const tip = found.value;
  const snapshot = await freshSnapshot(options);
  const { cause } = options.prepared;
  const { by } = approvalOf(snapshot, options.rules.policy, plan.comment.id, planSha256, cause);
  checkWanted(snapshot, options.rules.policy, cause);
  await peopleAccess(options.facts, snapshot.repository.nameWithOwner, { deciders: [by], authors: [] });
  if (tip !== commit) {
    await options.ownCommits.add(commit);
    await git.push({ commit, branch, ...(tip && { expected: tip }) });
    if ((await git.remoteTip(branch)) !== commit)
      throw new RunFailure("github-unavailable", `${branch} does not show the pushed commit`);
  }
  return openPullRequest(options, { report: input.report, files, checks });
}

/**
 * Goes on from a branch that an earlier try pushed and paid for; undefined when there is none.
 * @throws RunFailure `branch-taken` when the branch holds somebody else's commits, or one that we would never make
 */
export async function publishPushedBranch(options: PublishOptions, git: GitRepository): Promise<string | undefined> {
  const { run } = implementationOf(options);
  const tip = await ownTip(options, git);
  if (!tip) return undefined;
  const { files, message } = await git.judgeCommit({ base: run.base.commit, commit: tip });
  const { report, checks } = readCommitMessage(message);
  return openPullRequest(options, { report, files, checks });
}

/** Opens the pull request, or finds it, and tells it on the issue. */
export async function openPullRequest(
  { prepared: { run }, publisher, ledger }: PublishOptions,
  change: { report: ChangeReport; files: readonly ChangedFile[]; checks: CommitChecks },
): Promise<string> {
  const pullRequest = await publisher.pullRequest(run, { ...change, ledger });
  await publisher.result(run, { outcome: "done", pullRequest, ledger });
  return pullRequest.url;
}

/** The tip of the run's branch when it is the commit that a try at this very subject pushed. */
async function ownTip({ prepared: { run }, ownCommits }: PublishOptions, git: GitRepository) {
  const { branch } = run.implementation ?? {};
  const tip = branch === undefined ? undefined : await git.remoteTip(branch);
  if (tip && !ownCommits.has(tip)) throw new RunFailure("branch-taken", `${branch} holds a commit that is not ours`);
  return tip;
}

async function freshSnapshot({ prepared: { run }, facts }: PublishOptions) {
  const { repository, issue } = run.snapshot;
  const snapshot = await facts.issue(repository.nameWithOwner, issue.number);
  if (!snapshot) throw new RunFailure("issue-closed", "the issue is gone");
  return snapshot;
}

function implementationOf({ prepared: { run } }: PublishOptions) {
  if (!run.implementation) throw new RunFailure("internal", "a plan has no branch");
  const { plan, branch } = run.implementation;
  // The hash that the task's identity holds, not the plan's as it stands now.
  return { run, branch, plan, planSha256: run.about.split(":")[2] ?? "" };
}
