import { describe, expect, test } from "vitest";
import { subjectId, taskId } from "./identity.ts";
import { type PlanIds, planBody } from "./markers.ts";
import { currentPlan, outdatedPlans } from "./plans.ts";
import type { Policy } from "./policy.ts";
import type { Comment, IssueSnapshot } from "./snapshot.ts";

const bot = { id: 900, login: "codex-automation", type: "User" };
const owner = { id: 1, login: "octocat", type: "User" };
const policy: Policy = { approverIds: [owner.id], trigger: { kind: "author" } };

function comment(id: number, body: string, more: Partial<Comment> = {}): Comment {
  const createdAt = new Date(Date.UTC(2026, 0, 1, 0, 0, id)).toISOString().replace(".000Z", "Z");
  const by = body.startsWith("<!-- codex:") ? bot : owner;
  const viewerDidAuthor = by === bot;
  const rest = { author: by, viewerDidAuthor, isMinimized: false, reactions: [] };
  return { id, nodeId: `c${id}`, url: `https://github.com/o/r/issues/7#c${id}`, body, createdAt, ...rest, ...more };
}

function plan(id: number, about: PlanIds["about"], more: Partial<Comment> = {}, attempt = 0): Comment {
  const subject = subjectId({ repositoryId: 10, issueId: 70, stage: "planning", about });
  const hash = "a".repeat(64);
  const ids = {
    repositoryId: 10,
    issueId: 70,
    about,
    subjectId: subject,
    taskId: taskId("planning", 7, subject, attempt),
  };
  return comment(
    id,
    planBody(`plan ${id}`, { ...ids, baseCommit: "b".repeat(40), issueTextSha256: hash }, "footer"),
    more,
  );
}

function snapshot(...comments: Comment[]): IssueSnapshot {
  const issue = { id: 70, nodeId: "i", number: 7, url: "https://github.com/o/r/issues/7", title: "t", body: "" };
  return {
    viewer: bot,
    repository: { id: 10, nameWithOwner: "o/r", isPrivate: false, isArchived: false },
    issue: {
      ...issue,
      state: "OPEN",
      createdAt: "2026-01-01T00:00:00Z",
      author: owner,
      labels: [],
      labelEvents: [],
      reactions: [],
    },
    comments,
  };
}

const verdict = (...comments: Comment[]) => {
  const found = currentPlan(snapshot(...comments), policy);
  return "plan" in found ? found.plan.comment.id : found.reason;
};
const superseded = "plan superseded by a request for a new plan";

describe("the current plan", () => {
  test.each([
    ["the only plan", [plan(2, "issue")], 2],
    ["the oldest of a doubled plan", [plan(2, "issue"), plan(3, "issue")], 2],
    ["the plan for the newer request", [plan(2, "issue"), comment(3, "/replan a"), plan(4, "command:3")], 4],
    ["not a late plan for an older request", [comment(1, "/replan a"), plan(2, "command:1"), plan(3, "issue")], 2],
    ["none while a newer plan is asked for", [plan(2, "issue"), comment(3, "/replan a")], superseded],
    ["none when that request came while the plan was made", [comment(1, "/replan a"), plan(2, "issue")], superseded],
    [
      "the plan again once the request is cancelled",
      [plan(2, "issue"), comment(3, "/replan"), comment(4, "/cancel")],
      2,
    ],
    [
      "none when the request came after the cancel",
      [plan(2, "issue"), comment(3, "/cancel"), comment(4, "/replan")],
      superseded,
    ],
    ["none when it was hidden", [plan(2, "issue", { isMinimized: true })], "plan minimized"],
    [
      "none while the request for a newer one was corrected",
      [plan(2, "issue"), comment(3, "/replan", { lastEditedAt: "2026-01-01T00:00:09Z", editor: owner })],
      superseded,
    ],
    [
      "none while the request for a newer one is hidden",
      [plan(2, "issue"), comment(3, "/replan", { isMinimized: true })],
      superseded,
    ],
    [
      "none by an edited /cancel of the request",
      [plan(2, "issue"), comment(3, "/replan"), comment(4, "/cancel", { lastEditedAt: "2026-01-01T00:00:09Z" })],
      superseded,
    ],
    [
      "the plan before a request that was cancelled, when that one's plan comes late",
      [plan(2, "issue"), comment(3, "/replan"), comment(4, "/cancel"), plan(5, "command:3")],
      2,
    ],
    ["a late plan when there is no other", [comment(3, "/plan"), comment(4, "/cancel"), plan(5, "command:3")], 5],
    [
      "the plan of a cancelled request that was tried again",
      [
        plan(2, "issue"),
        comment(3, "/replan"),
        comment(4, "/cancel"),
        comment(5, "/retry"),
        plan(6, "command:3", {}, 5),
      ],
      6,
    ],
    ["not one that answers a request still to come", [plan(2, "command:9007199254740991"), plan(3, "issue")], 3],
    [
      "none of an older subject when the newest is hidden",
      [plan(2, "issue"), plan(4, "command:3", { isMinimized: true })],
      "plan minimized",
    ],
  ] as const)("is %s", (_, comments, expected) => {
    expect(verdict(...comments)).toBe(expected);
  });
});

test("no plan is current on an issue that people keep us out of", () => {
  const found = snapshot(plan(2, "issue"));
  found.issue.labels.push("codex:skip");
  expect(currentPlan(found, policy)).toEqual({ reason: "issue labelled codex:skip" });
});

test("closing the issue takes a /replan back, and its late plan with it", () => {
  const [first, replan, late] = [plan(2, "issue"), comment(3, "/replan"), plan(5, "command:3")];
  const closed = (...comments: Comment[]) => {
    const found = snapshot(...comments);
    found.issue.closedAt = "2026-01-01T00:00:04Z";
    const current = currentPlan(found, policy);
    return "plan" in current ? current.plan.comment.id : current.reason;
  };
  expect(closed(first, replan)).toBe(2);
  expect(closed(first, replan, late)).toBe(2);
  expect(closed(first, replan, comment(6, "/replan"))).toBe(superseded);
  expect(closed(first, comment(6, "/replan"), plan(7, "command:6"))).toBe(7);
});

describe("outdated plans", () => {
  test.each([
    ["none of one", [plan(2, "issue")], []],
    ["the later copies", [plan(2, "issue"), plan(3, "issue")], [3]],
    ["the plans of older requests", [plan(2, "issue"), plan(4, "command:3")], [2]],
    ["a late plan of an older request", [plan(2, "command:1"), plan(3, "issue")], [3]],
    [
      "the late plan of a cancelled request",
      [plan(2, "issue"), comment(3, "/replan"), comment(4, "/cancel"), plan(5, "command:3")],
      [5],
    ],
    ["none that are hidden already", [plan(2, "issue", { isMinimized: true }), plan(4, "command:3")], []],
  ] as const)("are %s", (_, comments, expected) => {
    expect(outdatedPlans(snapshot(...comments), policy).map((each) => each.comment.id)).toEqual(expected);
  });
});
