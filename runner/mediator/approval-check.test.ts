import { hiddenIds, markers, type Policy, type RunIds, readPlans, subjectId, taskId } from "@froussard/contract";
import {
  at,
  bot,
  buildSnapshot,
  comment,
  planComment,
  policy,
  reaction,
} from "@froussard/contract/testing/build-snapshot";
import { expect, test } from "vitest";
import { approvalOf, checkWanted } from "./approval-check.ts";
import { identifyTask } from "./identify-task.ts";

const plan = planComment(2, { reactions: [reaction("THUMBS_UP", at(3))] });
const sha256 = readPlans(buildSnapshot([plan]))[0]?.sha256 ?? "";
const about = `plan:2:${sha256}` as const;
const subject = subjectId({ repositoryId: 501, issueId: 7001, stage: "implementation", about });
const id = (attempt: number) => taskId("implementation", 12, subject, attempt);
const ids: RunIds = { taskId: id(0), subjectId: subject, about, stage: "implementation", outcome: "cancelled" };
const ended = comment(5, { author: bot, body: `${markers.result}\n${hiddenIds(ids)}\n` });
const say = (at_: number, body: string) => comment(at_, { body });

/** What the runner says of the try that a `/retry` (or, 0, the approval) asked for; "wanted" when nothing is against it. */
function verdict(snapshot: ReturnType<typeof buildSnapshot>, attempt: number, rules: Policy = policy): string {
  const claim = { stage: "implementation", taskId: id(attempt), planCommentId: 2, planSha256: sha256 } as const;
  const found = identifyTask(snapshot, rules, claim);
  if ("fault" in found) return found.fault;
  try {
    approvalOf(snapshot, rules, 2, sha256, found.cause);
    if (attempt > 0) checkWanted(snapshot, rules, found.cause);
    return "wanted";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const skipped = "skipped";

test.each<[string, string, ReturnType<typeof buildSnapshot>, number]>([
  ["wanted", "an approval", buildSnapshot([plan]), 0],
  ["cancelled", "an approval before a /cancel", buildSnapshot([plan, say(4, "/cancel")]), 0],
  [
    "cancelled",
    "an approval before a /cancel that was edited since",
    buildSnapshot([plan, comment(4, { body: "/cancel\nfor now", lastEditedAt: at(5) })]),
    0,
  ],
  ["issue-closed", "an approval before a closing", buildSnapshot([plan], { closedAt: at(4) }), 0],
  [skipped, "an approval on an issue with the skip label", buildSnapshot([plan], { labels: ["codex:skip"] }), 0],
  [
    skipped,
    "a /retry on an issue with the skip label",
    buildSnapshot([plan, say(4, "/cancel"), ended, say(6, "/retry")], { labels: ["codex:skip"] }),
    6,
  ],
  ["wanted", "a /retry after the /cancel", buildSnapshot([plan, say(4, "/cancel"), ended, say(6, "/retry")]), 6],
  ["wanted", "a /retry after the closing", buildSnapshot([plan, ended, say(6, "/retry")], { closedAt: at(4) }), 6],
  [
    "cancelled",
    "a /retry before another /cancel",
    buildSnapshot([plan, say(4, "/cancel"), ended, say(6, "/retry"), say(7, "/cancel")]),
    6,
  ],
  [
    "issue-closed",
    "a /retry before another closing",
    buildSnapshot([plan, say(4, "/cancel"), ended, say(6, "/retry")], { closedAt: at(7) }),
    6,
  ],
  [
    "not-approved: not approved",
    "a /retry whose plan nobody approves any more: the /cancel before it is not the reason",
    buildSnapshot([planComment(2), say(4, "/cancel"), ended, say(6, "/retry")]),
    6,
  ],
])("%s: %s", (expected, _, snapshot, attempt) => {
  expect(verdict(snapshot, attempt)).toBe(expected);
});

test("a first try is not wanted because of a /retry: that one is a try of its own", () => {
  const snapshot = buildSnapshot([plan, say(4, "/cancel"), ended, say(6, "/retry")]);
  const approval = approvalOf(snapshot, policy, 2, sha256, { at: at(3) });
  expect(() => checkWanted(snapshot, policy, { at: approval.at })).toThrow("cancelled");
});
