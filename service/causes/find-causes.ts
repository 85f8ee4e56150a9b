import type { IssueSnapshot } from "@froussard/contract";
import { type Cause, identifyIn } from "../cause.ts";
import type { History } from "../history.ts";
import type { Tell } from "../notes.ts";
import type { ServicePolicy } from "../service-policy.ts";
import { type Memory, taskState } from "../task-state.ts";
import { approvalCause } from "./approval-cause.ts";
import { automaticCause } from "./automatic-cause.ts";
import { causeOfCommand, commandCause, planRequests } from "./command-cause.ts";
import { editedRequest } from "./edited-request.ts";
import { retryCause } from "./retry-cause.ts";

/** The newest cause whose work has not ended, or why there is none; and what to say on the issue. */
export function findCause(
  snapshot: IssueSnapshot,
  policy: ServicePolicy,
  history: History,
  now: Date,
  memory: Memory,
): { cause?: Cause; reason: string; tell: Tell[] } {
  const approval = approvalCause(snapshot, policy, history);
  const automatic = automaticCause(snapshot, policy, history, now, memory);
  const asked = planRequests(history).map((request) => causeOfCommand(snapshot, request));
  const inTheWay = [approval.cause, automatic.cause].filter((cause) => cause !== undefined && isMarked(cause));
  const others = inTheWay.filter((cause) => cause !== undefined);
  const retry = retryCause(snapshot, history, approval.cause, [...others, ...asked.filter(isMarked)], now, memory);
  const retried = retry.cause && isMarked(retry.cause) ? [retry.cause] : [];
  const command = commandCause(snapshot, history, [...others, ...retried], now, memory);

  const found = [automatic, approval, command, retry, editedRequest(snapshot, policy, history)];
  const causes = found.flatMap(({ cause }) => cause ?? []);
  const open = causes.filter(
    (cause) => taskState(cause, identifyIn(snapshot, cause), history, memory).kind !== "ended",
  );
  const cause = open.toSorted(byAge).at(-1);
  const reason =
    causes.length > 0 ? "what was asked for has ended" : reasonOf(history, approval.reason, automatic.reason);
  return { ...(cause && { cause }), reason, tell: found.flatMap(({ tell }) => tell ?? []) };

  /** A cause that nobody has handed over yet stands in nobody's way. */
  function isMarked(each: Cause): boolean {
    return taskState(each, identifyIn(snapshot, each), history, memory).kind !== "new";
  }
}

/** Time first; within a second comments by their ids, which grow, and a `/retry` after everything else. */
function byAge(a: Cause, b: Cause): number {
  return a.at === b.at ? orderWithinSecond(a) - orderWithinSecond(b) : a.at < b.at ? -1 : 1;
}

function orderWithinSecond({ attempt, about }: Cause): number {
  return attempt || Number(/^command:(\d+)$/.exec(about)?.[1] ?? 0);
}

function reasonOf(history: History, approval: string | undefined, automatic: string | undefined): string {
  const ofPlan = history.plans.length > 0 ? approval : undefined;
  return ofPlan ?? automatic ?? approval ?? "nothing is asked for";
}
