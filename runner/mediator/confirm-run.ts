import {
  type Approval,
  branchName,
  type IssueSnapshot,
  issueTextSha256,
  type Plan,
  type Policy,
  type RepositoryFilter,
  RunFailure,
  readPlans,
} from "@froussard/contract";
import type { Closed, WebSearchMode } from "../protocol.ts";
import type { TaskClaim } from "../settings.ts";
import { approvalOf, checkWanted } from "./approval-check.ts";
import type { GitHubFacts, RepositoryFacts } from "./github-facts.ts";
import { type Cause, identifyTask, type TaskIdentity } from "./identify-task.ts";
import { peopleAccess } from "./people-access.ts";
import type { Publisher, RunContext } from "./ports.ts";
import { implementationInputs, planningInputs } from "./run-inputs.ts";
import { toldEnd } from "./told-end.ts";

/** Who may ask for a run, and where. */
export interface RequestRules {
  policy: Policy;
  /** The allow-list of repositories. */
  isServed: RepositoryFilter;
  branchPrefix: string;
  /** @default the repository's default branch */
  baseBranch?: string | undefined;
  /** @default live, and cached for a private repository */
  webSearch?: WebSearchMode | undefined;
}

export interface ConfirmInput {
  claim: TaskClaim;
  rules: RequestRules;
  facts: GitHubFacts;
  find: Publisher["find"];
  /** What an earlier process of this task started from. */
  base?: RunContext["base"] | undefined;
}

/** What GitHub confirms was asked for and is still wanted. */
export interface ConfirmedRun {
  run: RunContext;
  /** What asked for it; a `/cancel` after it ends the run. */
  cause: Cause;
}

export type Confirmation =
  | ConfirmedRun
  /** The result stands on GitHub already. */
  | { closed: Closed; taskId: string }
  /** The pull request stands, but an earlier process did not get as far as telling it. */
  | { run: RunContext; pullRequest: { url: string; number: number } };

/**
 * Derives a run from GitHub. Nothing in the claim is believed: the ids are recomputed, branch and commit derived, the
 * approval decided again.
 * @throws RunFailure with the code to be told
 */
export async function confirmRun(input: ConfirmInput): Promise<Confirmation> {
  const { claim, rules, facts } = input;
  const repository = await facts.repository(claim.TASK_REPOSITORY);
  if (claim.TASK_REPOSITORY_ID !== undefined && claim.TASK_REPOSITORY_ID !== repository.id)
    throw new RunFailure(
      "invalid-task",
      `${claim.TASK_REPOSITORY} is not the repository with id ${claim.TASK_REPOSITORY_ID}`,
    );
  checkServed(rules, repository);
  const snapshot = await facts.issue(repository.nameWithOwner, claim.TASK_ISSUE_NUMBER);
  if (!snapshot) throw new RunFailure("invalid-task", `there is no issue #${claim.TASK_ISSUE_NUMBER}`);
  const identity = identifyTask(snapshot, rules.policy, {
    stage: claim.TASK_STAGE,
    taskId: claim.TASK_ID,
    planCommentId: claim.TASK_PLAN_COMMENT_ID,
    planSha256: claim.TASK_PLAN_SHA256,
  });
  if ("fault" in identity) throw new RunFailure("invalid-task", identity.fault);
  checkHead(claim, rules, identity);
  const closed = finished(snapshot, identity);
  if (closed) return { closed, taskId: identity.taskId };
  return identity.stage === "planning"
    ? confirmPlanning(input, repository, snapshot, identity)
    : confirmImplementation(input, repository, snapshot, identity);
}

async function confirmPlanning(
  { rules, facts, base: before }: ConfirmInput,
  repository: RepositoryFacts,
  snapshot: IssueSnapshot,
  identity: TaskIdentity,
): Promise<ConfirmedRun> {
  checkAccess(repository);
  checkWanted(snapshot, rules.policy, identity.cause);
  const base = before ?? (await baseOf(rules, facts, repository));
  const command = snapshot.comments.find(({ id }) => identity.about === `command:${id}`);
  const inputs = planningInputs(snapshot, rules.policy, command);
  const { by } = identity.cause;
  const access = await peopleAccess(facts, repository.nameWithOwner, {
    deciders: by ? [by] : [],
    authors: inputs.map(({ author }) => author),
  });
  return { run: { ...contextOf(rules, snapshot, identity, base), inputs, access }, cause: identity.cause };
}

async function confirmImplementation(
  { rules, facts, find }: ConfirmInput,
  repository: RepositoryFacts,
  snapshot: IssueSnapshot,
  identity: TaskIdentity,
): Promise<Confirmation> {
  const { policy, branchPrefix, baseBranch = repository.defaultBranch } = rules;
  const [, commentId, planSha256 = ""] = identity.about.split(":");
  const plan = readPlans(snapshot).find(({ comment }) => comment.id === Number(commentId));
  if (!plan) throw new RunFailure("invalid-task", `comment ${commentId} is no plan of ours`);
  const draft: RunContext = {
    ...contextOf(rules, snapshot, identity, { branch: baseBranch, commit: plan.ids.baseCommit }),
    implementation: {
      plan,
      branch: branchName(branchPrefix, snapshot.issue.number, identity.subjectId),
      approvedBy: "",
      issueEditedSincePlan: issueEditedSince(snapshot, plan),
    },
  };
  // Before anything that may have changed since: what was approved and done stays done.
  const { pullRequest } = await find(draft);
  if (pullRequest) return { run: draft, pullRequest };

  checkAccess(repository);
  const approval = approvalOf(snapshot, policy, plan.comment.id, planSha256, identity.cause);
  const asked: Cause = { at: approval.at, ...(approval.comment && { comment: approval.comment }) };
  const cause = identity.attempt === 0 ? asked : identity.cause;
  checkWanted(snapshot, policy, cause);
  const tip = await baseOf(rules, facts, repository);
  if (!(await facts.isAncestor(repository.nameWithOwner, draft.base.commit, tip.commit)))
    throw new RunFailure("base-moved", `${draft.base.commit} is not part of ${tip.branch}`);
  const approved = approvedRun(draft, approval);
  const { by } = cause;
  const access = await peopleAccess(facts, repository.nameWithOwner, {
    deciders: [approval.by, ...(by ? [by] : [])],
    authors: approved.inputs.map(({ author }) => author),
  });
  return { run: { ...approved, access }, cause };
}

function approvedRun(draft: RunContext, { plan, by }: Approval): RunContext {
  const { snapshot, implementation } = draft;
  if (!implementation) throw new RunFailure("internal", "not an implementation");
  return {
    ...draft,
    inputs: implementationInputs(snapshot, plan, implementation.issueEditedSincePlan),
    implementation: { ...implementation, plan, approvedBy: by.login },
  };
}

/** @throws RunFailure `invalid-task` when a message names another head branch than the derived one. */
function checkHead(
  { TASK_ID, TASK_HEAD }: TaskClaim,
  { branchPrefix }: RequestRules,
  { stage, subjectId, taskId }: TaskIdentity,
) {
  // Run by hand, the head is only a suggestion of the command line; a message claims that it was derived.
  if (TASK_ID === undefined || TASK_HEAD === undefined) return;
  const number = Number(taskId.split("-")[2]);
  const derived = stage === "planning" ? `${branchPrefix}${number}` : branchName(branchPrefix, number, subjectId);
  if (TASK_HEAD !== derived) throw new RunFailure("invalid-task", `head is ${TASK_HEAD}, not ${derived}`);
}

/** What our own comments say about the end of this very task; for planning, that its plan stands. */
function finished(snapshot: IssueSnapshot, { stage, subjectId, taskId }: TaskIdentity): Closed | undefined {
  const told = toldEnd(snapshot, taskId);
  if (told) {
    const final = told.outcome !== "done";
    return { state: "closed", ...told, detail: "told already", ...(final && { final }) };
  }
  const plan = stage === "planning" && readPlans(snapshot).find(({ ids }) => ids.subjectId === subjectId);
  return plan ? { state: "closed", outcome: "done", detail: "the plan stands already" } : undefined;
}

/** @throws RunFailure `repository-not-served`: nothing is paid for a repository that is not on the allow-list. */
export function checkServed({ isServed }: RequestRules, { nameWithOwner }: RepositoryFacts): void {
  if (!isServed(nameWithOwner))
    throw new RunFailure("repository-not-served", `CODEX_REPOSITORIES has no ${nameWithOwner}`);
}

function checkAccess({ isArchived, mayPush, nameWithOwner }: RepositoryFacts): void {
  if (isArchived) throw new RunFailure("forbidden", `${nameWithOwner} is archived`);
  if (!mayPush) throw new RunFailure("forbidden", `the token has no write access to ${nameWithOwner}`);
}

/** @throws RunFailure `empty-repository` when the branch to start from does not exist */
export async function baseOf(
  rules: RequestRules,
  facts: GitHubFacts,
  { nameWithOwner, defaultBranch }: RepositoryFacts,
) {
  const branch = rules.baseBranch ?? defaultBranch;
  const commit = await facts.branchTip(nameWithOwner, branch);
  if (commit === undefined) throw new RunFailure("empty-repository", `there is no branch ${branch}`);
  return { branch, commit };
}

export function contextOf(
  rules: RequestRules,
  snapshot: IssueSnapshot,
  identity: Omit<TaskIdentity, "cause">,
  base: RunContext["base"],
): RunContext {
  const { stage, about, subjectId, taskId } = identity;
  const webSearch = rules.webSearch ?? (snapshot.repository.isPrivate ? "cached" : "live");
  return { taskId, subjectId, stage, about, snapshot, base, inputs: [], access: new Map(), webSearch };
}

function issueEditedSince({ issue }: IssueSnapshot, { ids }: Plan): boolean {
  return issueTextSha256(issue.title, issue.body) !== ids.issueTextSha256;
}
