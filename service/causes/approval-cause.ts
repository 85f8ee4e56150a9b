import { type Approval, decideApproval, type IssueSnapshot, type Policy, type Question } from "@froussard/contract";
import { type Cause, markOn, marksOf } from "../cause.ts";
import { type History, isTakenBack, noteCause, standingCommands } from "../history.ts";
import type { Tell } from "../notes.ts";
import { isAfter, isTerminal, isVoid } from "../task-state.ts";
import type { Found } from "./found.ts";

/** The approval of the current plan; 👍 and `/approve` on one plan are the same cause (design §6, rules 1 to 4). */
export function approvalCause(snapshot: IssueSnapshot, policy: Policy, history: History): Found {
  const verdict = decideApproval(snapshot, policy);
  if ("approval" in verdict) {
    const cause = causeOfApproval(snapshot, verdict.approval);
    return { cause, tell: tellApprovedAgain(history, cause, verdict.latest) };
  }
  const { reason, question } = verdict;
  if (!question || isSettled(snapshot, history, question)) return { reason };
  return { reason, tell: [{ kind: "note", cause: noteCause(question.comment), code: question.code }] };
}

function causeOfApproval(snapshot: IssueSnapshot, { plan, by, at, comment }: Approval): Cause {
  const approving = comment ? [[comment, "EYES"] as const] : [];
  return {
    stage: "implementation",
    about: `plan:${plan.comment.id}:${plan.sha256}`,
    attempt: 0,
    at,
    ...(comment && { comment }),
    sender: by,
    ...marksOf(snapshot, at, [[plan.comment, "ROCKET"], ...approving]),
    plan,
  };
}

/** A run that ended without success is not started by another approval, but by `/retry`: whoever approves again is told. */
function tellApprovedAgain(history: History, cause: Cause, latest: Approval): Tell[] {
  const end = history.runs.findLast((run) => isTerminal(run) && run.ids.about === cause.about);
  if (!end || end.ids.outcome === "done" || isVoid(end, cause, history)) return [];
  const isRetried = standingCommands(history).some(
    (each) => each.command.name === "retry" && each.comment.id > end.comment.id,
  );
  const again = `again:${end.comment.id}`;
  const isDue = isAfter(latest, end.comment) && !isRetried && !history.noted.has(again);
  return isDue ? [{ kind: "note", cause: again, code: "approved-again" }] : [];
}

/** Asked already, taken back, or an approval of an older plan that did run. */
function isSettled(snapshot: IssueSnapshot, history: History, { comment, code }: Question): boolean {
  if (history.noted.has(noteCause(comment))) return true;
  if (isTakenBack(comment, history)) return true;
  if (code !== "superseded") return false;
  const meant = history.plans.findLast((plan) => plan.comment.id < comment.id);
  if (!meant) return false;
  const started = history.runs.some((run) => run.ids.about.startsWith(`plan:${meant.comment.id}:`));
  return started || markOn(snapshot, meant.comment, "ROCKET").time !== undefined;
}
