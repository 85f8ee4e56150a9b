import { commandOf } from "./commands.ts";
import { markers, parseRunIds } from "./markers.ts";
import { isListed } from "./people.ts";
import { currentPlan, hiddenTwins, type Plan, type PlanReason } from "./plans.ts";
import type { Policy } from "./policy.ts";
import type { Comment, IssueSnapshot, Person } from "./snapshot.ts";
import { type Asked, withdrawalOf, withdrawnBy } from "./withdrawal.ts";

export interface Approval {
  plan: Plan;
  by: Person;
  /** Time of the 👍 or of the comment. */
  at: string;
  via: "reaction" | "comment";
  /** The approving comment, when it was one. */
  comment?: Comment;
}

/** An approval that was meant but does not count, and the comment to ask about. */
export interface Question {
  comment: Comment;
  code: "no-plan" | "wrong-hash" | "too-early" | "superseded" | "which-plan" | "plan-edited" | "plan-hidden";
}

/** The first approval that stands is the one that counts; `latest` is the last one, which may be the same. */
export type ApprovalVerdict =
  | { approval: Approval; latest: Approval }
  | { reason: PlanReason | "not approved"; question?: Question };

/**
 * Whether the current plan is approved, decided by this one function everywhere: by the service before it publishes,
 * and again by the runner at start and right before the push (design §6, rules 1 to 4). Pure.
 */
export function decideApproval(snapshot: IssueSnapshot, policy: Policy): ApprovalVerdict {
  const verdict = currentPlan(snapshot, policy);
  if ("reason" in verdict) return withQuestion(verdict.reason, questionWithoutPlan(snapshot, policy, verdict.reason));
  const { plan } = verdict;
  const stands = standing(snapshot, policy, plan);
  const mayMeanAnother = hiddenTwins(snapshot, plan).length > 0;

  const approvals: Approval[] = plan.comment.reactions.flatMap(({ content, createdAt: at, user }) =>
    content === "THUMBS_UP" && user && isListed(user, policy) && at > since(plan) && stands({ at })
      ? { plan, by: user, at, via: "reaction" }
      : [],
  );
  let question: Question | undefined;
  for (const comment of snapshot.comments) {
    const command = commandOf(comment, policy);
    if (command?.name !== "approve" || !comment.author) continue;
    if (command.hash8 !== undefined && !plan.sha256.startsWith(command.hash8)) {
      question = { comment, code: comment.id < plan.comment.id ? "superseded" : "wrong-hash" };
    } else if (comment.id < plan.comment.id) {
      question = { comment, code: "superseded" };
    } else if (!(comment.createdAt > since(plan))) {
      question = { comment, code: "too-early" };
    } else if (command.hash8 === undefined && mayMeanAnother) {
      question = { comment, code: "which-plan" };
    } else if (stands({ at: comment.createdAt, comment })) {
      approvals.push({ plan, by: comment.author, at: comment.createdAt, via: "comment", comment });
    }
  }
  const inOrder = approvals.toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  const [approval, latest] = [inOrder.at(0), inOrder.at(-1)];
  return approval && latest ? { approval, latest } : withQuestion("not approved", question);
}

/** The moment after which an approval can mean the plan as it stands. GitHub's stamps have whole seconds: equal is no. */
function since({ comment }: Plan): string {
  const { createdAt, lastEditedAt } = comment;
  return lastEditedAt !== undefined && lastEditedAt > createdAt ? lastEditedAt : createdAt;
}

/**
 * Tells which approvals of a plan nobody has taken back. A `/retry` of the very run that was to carry it out stands for the
 * approvals from before a `/cancel` or a closing, for it is a listed person's younger word on the same text.
 */
function standing(snapshot: IssueSnapshot, policy: Policy, plan: Plan): (asked: Asked) => boolean {
  const withdrawal = withdrawalOf(snapshot, policy);
  const about = `plan:${plan.comment.id}:${plan.sha256}`;
  let retries: string | undefined;
  let isMeantAgain = false;
  for (const comment of snapshot.comments) {
    const ids = comment.viewerDidAuthor ? parseRunIds(markers.result, comment.body) : undefined;
    if (ids?.outcome !== undefined) retries = ids.outcome === "done" ? undefined : ids.about;
    const isRetry = retries === about && commandOf(comment, policy)?.name === "retry";
    if (isRetry && withdrawnBy({ at: comment.createdAt, comment }, withdrawal) === undefined) isMeantAgain = true;
  }
  return (asked) => isMeantAgain || withdrawnBy(asked, withdrawal) === undefined;
}

const questions: Partial<Record<PlanReason, Question["code"]>> = {
  "no plan": "no-plan",
  "plan superseded by a request for a new plan": "superseded",
  "plan edited by somebody who is not listed": "plan-edited",
  "plan minimized": "plan-hidden",
};

function questionWithoutPlan(snapshot: IssueSnapshot, policy: Policy, reason: PlanReason): Question | undefined {
  const code = questions[reason];
  const comment = snapshot.comments.findLast((each) => commandOf(each, policy)?.name === "approve");
  return comment && code && { comment, code };
}

function withQuestion(reason: PlanReason | "not approved", question: Question | undefined): ApprovalVerdict {
  return question ? { reason, question } : { reason };
}
