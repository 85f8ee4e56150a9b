import type { IssueSnapshot } from "@froussard/contract";
import { findCause } from "./causes/find-causes.ts";
import { readHistory } from "./history.ts";
import { closedGate } from "./next-task.ts";
import type { ServicePolicy } from "./service-policy.ts";
import type { Memory } from "./task-state.ts";

/**
 * Since when somebody waits for a plan on this issue: the time of the request that {@link nextTask} works on, when that
 * asks for a plan (the issue itself, its label, `/plan`, `/replan` or a `/retry` of these) and neither the plan nor an end
 * of the run stands there. A request that was answered by a question of ours waits for its author, not for us. Pure.
 */
export function unansweredSince(
  snapshot: IssueSnapshot,
  policy: ServicePolicy,
  now: Date,
  memory: Memory,
): string | undefined {
  if (closedGate(snapshot) !== undefined) return undefined;
  const { cause } = findCause(snapshot, policy, readHistory(snapshot, policy), now, memory);
  return cause?.stage === "planning" ? cause.at : undefined;
}
