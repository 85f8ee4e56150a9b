import { parseCommand } from "./commands.ts";
import { planSha256 } from "./hash.ts";
import { subjectId } from "./identity.ts";
import { type PlanIds, parsePlanBody } from "./markers.ts";
import { isListed } from "./people.ts";
import type { Policy } from "./policy.ts";
import type { Comment, IssueSnapshot } from "./snapshot.ts";

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
  | "no plan"
  | "plan superseded by a newer plan"
  | "plan superseded by a request for a new plan"
  | "plan edited by somebody who is not listed"
  | "plan minimized";

/**
 * The plan that an approval now would mean (design §6, rule 1): the newest planning subject's oldest visible comment,
 * unless somebody who is not listed edited it or a listed person has since asked for another plan.
 */
export function currentPlan(snapshot: IssueSnapshot, policy: Policy): PlanVerdict {
  if (snapshot.issue.state !== "OPEN") return { reason: "issue closed" };
  const plans = readPlans(snapshot);
  const newest = plans.at(-1);
  if (!newest) return { reason: "no plan" };
  const sameSubject = plans.filter((plan) => plan.ids.subjectId === newest.ids.subjectId);
  const plan = sameSubject.find(({ comment }) => !comment.isMinimized);
  if (!plan) return { reason: "plan minimized" };
  if (plans.some((other) => other.ids.subjectId !== plan.ids.subjectId && other.comment.id > plan.comment.id))
    return { reason: "plan superseded by a newer plan" };
  const { comment } = plan;
  if (comment.lastEditedAt !== undefined) {
    const { editor } = comment;
    const ours = editor?.id === snapshot.viewer.id;
    if (!ours && !isListed(editor, policy)) return { reason: "plan edited by somebody who is not listed" };
  }
  if (pendingReplan(snapshot, policy, plan)) return { reason: "plan superseded by a request for a new plan" };
  return { plan };
}

/** A listed person's `/replan` that is younger than the plan and is not what the plan answers. */
function pendingReplan(snapshot: IssueSnapshot, policy: Policy, plan: Plan): boolean {
  return snapshot.comments.some(
    (comment) =>
      comment.id > plan.comment.id &&
      plan.ids.about !== `command:${comment.id}` &&
      commandOf(comment, policy)?.name === "replan",
  );
}

/** The command of a listed person in a comment that was never edited nor hidden. */
export function commandOf(comment: Comment, policy: Policy) {
  if (comment.lastEditedAt !== undefined || comment.isMinimized || !isListed(comment.author, policy)) return undefined;
  return parseCommand(comment.body);
}
