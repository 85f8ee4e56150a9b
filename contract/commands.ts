import { markerPrefix } from "./markers.ts";
import { isListed } from "./people.ts";
import type { Policy } from "./policy.ts";
import type { Comment } from "./snapshot.ts";

/** What a listed person can say in a comment; the whole first line, nothing else. */
export type Command =
  | { name: "approve"; hash8?: string }
  | { name: "plan" }
  | { name: "replan"; request: string }
  | { name: "retry" }
  | { name: "cancel" };

/**
 * Reads a comment's body as a command; undefined when it is none. A remark that merely contains a command is no
 * command. For `/replan` the rest of the first line and all further lines are the request.
 */
export function parseCommand(body: string): Command | undefined {
  if (body.startsWith(markerPrefix)) return undefined;
  const [first = "", ...rest] = body.split(/\r?\n/);
  const line = first.trimEnd();
  const approve = /^\/approve(?: ([0-9a-f]{8}))?$/.exec(line);
  if (approve) return approve[1] ? { name: "approve", hash8: approve[1] } : { name: "approve" };
  const replan = /^\/replan(?:\s(.*))?$/s.exec(line);
  if (replan) return { name: "replan", request: [replan[1] ?? "", ...rest].join("\n").trim() };
  switch (line) {
    case "execute plan":
      return { name: "approve" };
    case "/plan":
      return { name: "plan" };
    case "/retry":
      return { name: "retry" };
    case "/cancel":
      return { name: "cancel" };
    default:
      return undefined;
  }
}

/**
 * Whether a listed person's comment holds work back, edited or hidden though it may be since: a corrected `/cancel` that
 * no longer counted would set off what it had stopped.
 */
export function holdsBack({ author, body }: Comment, policy: Policy, name: "cancel" | "replan"): boolean {
  return isListed(author, policy) && parseCommand(body)?.name === name;
}

/** The command of a listed person in a comment that was never edited nor hidden. */
export function commandOf(comment: Comment, policy: Policy) {
  if (comment.lastEditedAt !== undefined || comment.isMinimized || !isListed(comment.author, policy)) return undefined;
  return parseCommand(comment.body);
}
