import { holdsBack, type IssueSnapshot, type Policy } from "@froussard/contract";
import { type History, noteCause } from "../history.ts";
import type { Found } from "./found.ts";

/**
 * A `/replan` that was edited asks for nothing any more, yet still holds approvals of the older plan back (what people
 * once stopped is not set off by an edit). Without a word nobody would know why nothing happens.
 */
export function editedRequest(snapshot: IssueSnapshot, policy: Policy, { cancel, plans, runs, noted }: History): Found {
  const last = snapshot.comments.findLast((comment) => holdsBack(comment, policy, "replan"));
  if (last?.lastEditedAt === undefined || last.isMinimized || noted.has(noteCause(last))) return {};
  const answered = [...plans, ...runs].some(({ ids }) => ids.about === `command:${last.id}`);
  const takenBack = cancel !== undefined && cancel.id > last.id;
  return answered || takenBack ? {} : { tell: [{ kind: "note", cause: noteCause(last), code: "edited-request" }] };
}
