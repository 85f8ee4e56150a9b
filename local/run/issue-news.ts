import type { SeenIssue } from "froussard/watch/watch";
import type { Tell } from "../view/event.ts";

/** Tells what the reconcile loop finds about an issue, when it is other than what was told before. */
export function issueNews(tell: Tell): (issue: SeenIssue) => void {
  const told = new Map<string, string>();
  return ({ repository, issueNumber, open, pendingPlanUrl }) => {
    const key = `${repository}#${issueNumber}`;
    const before = told.get(key);
    const now = open ? (pendingPlanUrl ?? "open") : "closed";
    if (now === before) return;
    told.set(key, now);
    if (!open) {
      if (before !== undefined) tell({ event: "issue-closed", repository, issueNumber });
    } else if (pendingPlanUrl !== undefined) {
      const { title, url: issueUrl } = open;
      tell({ event: "plan-waiting", repository, issueNumber, issueUrl, title, url: pendingPlanUrl });
    } else if (before !== undefined && before !== "closed") tell({ event: "plan-gone", repository, issueNumber });
  };
}
