import { type IssueSnapshot, isListed, markers, type Person, withdrawnBy } from "@froussard/contract";
import { type Cause, identifyIn, marksOf } from "../cause.ts";
import type { History } from "../history.ts";
import type { ServicePolicy } from "../service-policy.ts";
import { anythingElseRuns, type Memory, taskState } from "../task-state.ts";
import { causeOfCommand, planRequests } from "./command-cause.ts";
import type { Found } from "./found.ts";

/** Planning by itself, because of who opened the issue or who labelled it (design §6, rule 7). */
export function automaticCause(
  snapshot: IssueSnapshot,
  policy: ServicePolicy,
  history: History,
  now: Date,
  memory: Memory,
): Found {
  const trigger = triggerOf(snapshot, policy);
  if ("reason" in trigger) return trigger;
  if (hasBeenHere(snapshot))
    return { reason: "the issue has had a plan or a result of ours: it is not planned again by itself" };
  const by = withdrawnBy({ at: trigger.at }, history.withdrawal);
  if (by) return { reason: `${by} since it was asked for: comment /plan to have it planned` };
  const cause = causeOfIssue(snapshot, trigger.by, trigger.at);
  const ids = identifyIn(snapshot, cause);
  const isNew = taskState(cause, ids, history, memory).kind === "new";
  const requests = planRequests(history).map((request) => causeOfCommand(snapshot, request));
  if (isNew && anythingElseRuns(snapshot, history, requests, ids, now, memory))
    return { reason: "a plan that somebody asked for is under way" };
  if (isNew && trigger.at < policy.since)
    return { reason: `asked for before ${policy.since} (CODEX_SINCE): comment /plan to have it planned` };
  return { cause };
}

/** The issue itself as the cause, whatever set it off. */
export function causeOfIssue(snapshot: IssueSnapshot, sender: Person, at: string): Cause {
  return {
    stage: "planning",
    about: "issue",
    attempt: 0,
    at,
    sender,
    ...marksOf(snapshot, at, [[snapshot.issue, "EYES"]]),
  };
}

function triggerOf({ issue }: IssueSnapshot, policy: ServicePolicy): { by: Person; at: string } | { reason: string } {
  const { trigger } = policy;
  switch (trigger.kind) {
    case "command":
      return { reason: "planning starts by /plan only" };
    case "author":
      if (!issue.author || !isListed(issue.author, policy)) return { reason: "opened by somebody who is not listed" };
      return { by: issue.author, at: issue.createdAt };
    case "label": {
      if (!issue.labels.includes(trigger.label)) return { reason: `not labelled ${trigger.label}` };
      const last = issue.labelEvents.findLast(({ label }) => label === trigger.label);
      if (!last?.actor || !isListed(last.actor, policy))
        return { reason: `labelled ${trigger.label} by somebody who is not listed` };
      return { by: last.actor, at: last.createdAt };
    }
  }
}

function hasBeenHere({ comments }: IssueSnapshot): boolean {
  return comments.some(
    ({ viewerDidAuthor, body }) =>
      viewerDidAuthor && [markers.plan, markers.result].some((each) => body.startsWith(each)),
  );
}
