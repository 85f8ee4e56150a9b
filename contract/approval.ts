import { isListed } from "./people.ts";
import { commandOf, currentPlan, holdsBack, type Plan, type PlanReason } from "./plans.ts";
import type { Policy } from "./policy.ts";
import type { Comment, IssueSnapshot, Person } from "./snapshot.ts";

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
  code: "no-plan" | "wrong-hash" | "too-early" | "superseded";
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
  const cancel = lastCancel(snapshot, policy);

  const approvals: Approval[] = plan.comment.reactions.flatMap(({ content, createdAt: at, user }) =>
    content === "THUMBS_UP" && user && isListed(user, policy) && at > since(plan) && !(cancel && at <= cancel.createdAt)
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
    } else if (!(cancel && comment.id < cancel.id)) {
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

/** The last `/cancel` of a listed person; what was asked for before it is void. */
function lastCancel(snapshot: IssueSnapshot, policy: Policy): Comment | undefined {
  return snapshot.comments.findLast((comment) => holdsBack(comment, policy, "cancel"));
}

function questionWithoutPlan(snapshot: IssueSnapshot, policy: Policy, reason: PlanReason): Question | undefined {
  if (reason === "issue closed" || reason === "issue labelled codex:skip") return undefined;
  const comment = snapshot.comments.findLast((each) => commandOf(each, policy)?.name === "approve");
  return comment && { comment, code: reason === "no plan" ? "no-plan" : "superseded" };
}

function withQuestion(reason: PlanReason | "not approved", question: Question | undefined): ApprovalVerdict {
  return question ? { reason, question } : { reason };
}
