import { commandOf, holdsBack } from "./commands.ts";
import { planSha256 } from "./hash.ts";
import { subjectId, taskId } from "./identity.ts";
import { labels } from "./labels.ts";
import { type PlanIds, parsePlanBody } from "./markers.ts";
import { isListed } from "./people.ts";
import type { Policy } from "./policy.ts";
import type { Comment, IssueSnapshot } from "./snapshot.ts";
import { withdrawalOf } from "./withdrawal.ts";

/** A plan comment of ours whose hidden ids belong to this repository and issue. */
export interface Plan {
  comment: Comment;
  text: string;
  ids: PlanIds;
  /** Of the text as it stands. */
  sha256: string;
}

/** Reads a comment as a plan of ours for this issue; undefined when it is not one (a transferred issue's plan is void). */
export function readPlan(snapshot: IssueSnapshot, comment: Comment): Plan | undefined {
  if (!comment.viewerDidAuthor) return undefined;
  const body = parsePlanBody(comment.body);
  if (!body) return undefined;
  const { ids, text } = body;
  const expected = subjectId({
    repositoryId: snapshot.repository.id,
    issueId: snapshot.issue.id,
    stage: "planning",
    about: ids.about,
  });
  if (ids.repositoryId !== snapshot.repository.id || ids.issueId !== snapshot.issue.id) return undefined;
  if (ids.subjectId !== expected || ids.about.startsWith("plan:")) return undefined;
  // A plan is younger than what it answers: no edit can make it the answer to a request still to come.
  if (causeOf(ids) >= comment.id) return undefined;
  return { comment, text, ids, sha256: planSha256(text, ids.baseCommit) };
}

/** Every plan of ours on this issue, oldest first, minimized ones included. */
export function readPlans(snapshot: IssueSnapshot): Plan[] {
  return snapshot.comments.flatMap((comment) => readPlan(snapshot, comment) ?? []).sort(byAge);
}

/** Comment ids grow with time, also within the second that a time stamp resolves. */
function byAge(a: Plan, b: Plan): number {
  return a.comment.id - b.comment.id;
}

export type PlanVerdict = { plan: Plan } | { reason: PlanReason };
export type PlanReason =
  | "issue closed"
  | "issue labelled codex:skip"
  | "no plan"
  | "plan superseded by a request for a new plan"
  | "plan edited by somebody who is not listed"
  | "plan minimized";

/**
 * The plan that an approval now would mean (design §6, rule 1): the oldest visible comment of the planning subject with
 * the newest cause, unless somebody who is not listed edited it or a listed person has asked for another plan.
 */
export function currentPlan(snapshot: IssueSnapshot, policy: Policy): PlanVerdict {
  if (snapshot.issue.state !== "OPEN") return { reason: "issue closed" };
  if (snapshot.issue.labels.includes(labels.skip)) return { reason: "issue labelled codex:skip" };
  const plans = newestSubject(snapshot, policy);
  if (plans.length === 0) return { reason: "no plan" };
  const plan = plans.find(({ comment }) => !comment.isMinimized);
  if (!plan) return { reason: "plan minimized" };
  const { comment } = plan;
  if (comment.lastEditedAt !== undefined) {
    const { editor } = comment;
    const ours = editor?.id === snapshot.viewer.id;
    if (!ours && !isListed(editor, policy)) return { reason: "plan edited by somebody who is not listed" };
  }
  if (replanAfter(snapshot, policy, plan)) return { reason: "plan superseded by a request for a new plan" };
  return { plan };
}

/**
 * Older copies of a plan, hidden since, whose text is another: a `/approve` without a hash may have meant one of them.
 */
export function hiddenTwins(snapshot: IssueSnapshot, { comment, ids, sha256 }: Plan): Plan[] {
  return readPlans(snapshot).filter(
    (other) => other.ids.subjectId === ids.subjectId && other.comment.id < comment.id && other.sha256 !== sha256,
  );
}

/** Visible plans that have had their day: later copies of the newest subject's plan, and all plans of other subjects. */
export function outdatedPlans(snapshot: IssueSnapshot, policy: Policy): Plan[] {
  const stands = newestSubject(snapshot, policy).find(({ comment }) => !comment.isMinimized);
  return readPlans(snapshot).filter((plan) => plan.comment.id !== stands?.comment.id && !plan.comment.isMinimized);
}

/** Age of what a plan answers: comment ids grow with time, and an issue is older than its comments. */
function causeOf({ about }: PlanIds): number {
  return about === "issue" ? 0 : Number(about.slice("command:".length));
}

/**
 * A late plan for an older request does not displace the plan for a newer one, so the cause's age counts; nor does one
 * that came after its request was taken back, unless there is no other.
 */
function newestSubject(snapshot: IssueSnapshot, policy: Policy): Plan[] {
  const all = readPlans(snapshot);
  const wanted = all.filter((plan) => !isTooLate(snapshot, policy, plan));
  const plans = wanted.length > 0 ? wanted : all;
  const newest = Math.max(...plans.map(({ ids }) => causeOf(ids)));
  return plans.filter(({ ids }) => causeOf(ids) === newest);
}

/** Whether what a plan answers was taken back before the plan came. */
function isTooLate(snapshot: IssueSnapshot, policy: Policy, { comment, ids }: Plan): boolean {
  const { issue, comments } = snapshot;
  const retry = comments.find(({ id }) => taskId("planning", issue.number, ids.subjectId, id) === ids.taskId);
  const asked = retry?.id ?? causeOf(ids);
  const askedAt = comments.find(({ id }) => id === asked)?.createdAt ?? issue.createdAt;
  const { closedAt } = withdrawalOf(snapshot, policy);
  return (
    (closedAt !== undefined && askedAt <= closedAt && closedAt < comment.createdAt) ||
    comments.some((each) => each.id > asked && each.id < comment.id && commandOf(each, policy)?.name === "cancel")
  );
}

/** Whether a listed person has asked by `/replan` for another plan than this one, and it was not taken back since. */
function replanAfter(snapshot: IssueSnapshot, policy: Policy, { ids }: Plan): boolean {
  const last = snapshot.comments.findLast(
    (comment) => holdsBack(comment, policy, "replan") || commandOf(comment, policy)?.name === "cancel",
  );
  if (!last || last.id <= causeOf(ids) || !holdsBack(last, policy, "replan")) return false;
  const { closedAt } = withdrawalOf(snapshot, policy);
  return closedAt === undefined || last.createdAt > closedAt;
}
