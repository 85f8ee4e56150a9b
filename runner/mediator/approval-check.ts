import {
  type Approval,
  decideApproval,
  type IssueSnapshot,
  labels,
  type Policy,
  RunFailure,
  withdrawalOf,
  withdrawnBy,
} from "@froussard/contract";
import type { Cause } from "./identify-task.ts";

/**
 * The approval of exactly this plan, as GitHub shows it now; asked at the start and again right before the push. `cause`
 * is what asked for this try: what was taken back before it does not tell why there is no approval now.
 * @throws RunFailure `issue-closed`, `superseded`, `cancelled` or `not-approved`
 */
export function approvalOf(
  snapshot: IssueSnapshot,
  policy: Policy,
  planCommentId: number,
  planSha256: string,
  cause: Cause,
): Approval {
  const verdict = decideApproval(snapshot, policy);
  if ("reason" in verdict) {
    switch (verdict.reason) {
      case "issue closed":
        throw new RunFailure("issue-closed");
      case "plan superseded by a request for a new plan":
        throw new RunFailure("superseded", verdict.reason);
      default:
        checkWanted(snapshot, policy, cause);
        throw new RunFailure("not-approved", verdict.reason);
    }
  }
  const { plan } = verdict.approval;
  if (plan.comment.id !== planCommentId)
    throw new RunFailure("superseded", `the plan that stands is ${plan.comment.url}`);
  if (plan.sha256 !== planSha256)
    throw new RunFailure("superseded", "the plan was edited after the approval that started this run");
  return verdict.approval;
}

/**
 * Whether the work is still wanted: the issue is open and not labelled `codex:skip`, and neither was it closed nor has
 * anybody cancelled since the work was asked for.
 * @throws RunFailure `issue-closed`, `skipped` or `cancelled`
 */
export function checkWanted(snapshot: IssueSnapshot, policy: Policy, cause: Cause): void {
  if (snapshot.issue.state !== "OPEN") throw new RunFailure("issue-closed");
  if (snapshot.issue.labels.includes(labels.skip)) throw new RunFailure("skipped");
  const by = withdrawnBy(cause, withdrawalOf(snapshot, policy));
  if (by) throw new RunFailure(by);
}
