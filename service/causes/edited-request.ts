import { holdsBack, type IssueSnapshot, type Policy } from "@froussard/contract";
import { type History, isTakenBack, noteCause } from "../history.ts";
import type { Found } from "./found.ts";

/**
 * A `/replan` that was edited asks for nothing any more, yet still holds approvals of the older plan back (what people
 * once stopped is not set off by an edit). Without a word nobody would know why nothing happens.
 */
export function editedRequest(snapshot: IssueSnapshot, policy: Policy, history: History): Found {
  const { plans, runs, noted } = history;
  const last = snapshot.comments.findLast((comment) => holdsBack(comment, policy, "replan"));
  if (last?.lastEditedAt === undefined || last.isMinimized || noted.has(noteCause(last))) return {};
  const answered = [...plans, ...runs].some(({ ids }) => ids.about === `command:${last.id}`);
  return answered || isTakenBack(last, history)
    ? {}
    : { tell: [{ kind: "note", cause: noteCause(last), code: "edited-request" }] };
}
