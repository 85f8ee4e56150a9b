import { describe, expect, test } from "vitest";
import { decideApproval } from "./approval.ts";
import { planSha256 } from "./hash.ts";
import { type About, subjectId, taskId } from "./identity.ts";
import { markedComment, markers, type RunIds } from "./markers.ts";
import { readPlans } from "./plans.ts";
import type { Comment, IssueSnapshot } from "./snapshot.ts";
import {
  at,
  bot,
  buildSnapshot,
  comment,
  maintainer,
  planComment,
  policy,
  reaction,
  stranger,
} from "./testing/build-snapshot.ts";

const thumb = (minute: number, user = maintainer, seconds = 0) => reaction("THUMBS_UP", at(minute, seconds), user);
const plan = (changes: Parameters<typeof planComment>[1] = {}) => planComment(10, changes);
const approve = (id: number, changes: Partial<Comment> & { minute?: number } = {}) =>
  comment(id, { body: "/approve", ...changes });

const hash8 = (snapshot: IssueSnapshot) => readPlans(snapshot)[0]?.sha256.slice(0, 8);

describe("decideApproval approves", () => {
  const editedByMaintainer = { lastEditedAt: at(20), editor: maintainer };
  const cases: [string, IssueSnapshot, { via: string; at: string }][] = [
    ["a listed person's 👍", buildSnapshot([plan({ reactions: [thumb(11)] })]), { via: "reaction", at: at(11) }],
    [
      "a 👍 one second after the plan",
      buildSnapshot([plan({ reactions: [thumb(10, maintainer, 1)] })]),
      { via: "reaction", at: at(10, 1) },
    ],
    [
      "a 👍 among strangers' ones",
      buildSnapshot([plan({ reactions: [thumb(14, stranger), thumb(13), thumb(11, stranger)] })]),
      { via: "reaction", at: at(13) },
    ],
    [
      "a 👍 after a listed person's edit",
      buildSnapshot([plan({ ...editedByMaintainer, reactions: [thumb(21)] })]),
      { via: "reaction", at: at(21) },
    ],
    [
      "a 👍 after our own edit",
      buildSnapshot([plan({ lastEditedAt: at(20), editor: bot, reactions: [thumb(21)] })]),
      { via: "reaction", at: at(21) },
    ],
    ["/approve", buildSnapshot([plan(), approve(11)]), { via: "comment", at: at(11) }],
    ["execute plan", buildSnapshot([plan(), approve(11, { body: "execute plan" })]), { via: "comment", at: at(11) }],
    [
      "/approve with the hash of the text as it stands",
      buildSnapshot([plan(), approve(11, { body: `/approve ${hash8(buildSnapshot([plan()]))}\nthanks` })]),
      { via: "comment", at: at(11) },
    ],
    [
      "the oldest of two comments of one planning subject",
      buildSnapshot([plan({ reactions: [thumb(12)] }), planComment(11)]),
      { via: "reaction", at: at(12) },
    ],
    [
      "the younger twin when the older one was minimized",
      buildSnapshot([plan({ isMinimized: true }), planComment(11, { reactions: [thumb(13)] })]),
      { via: "reaction", at: at(13) },
    ],
    [
      "a 👍 given after /cancel",
      buildSnapshot([plan({ reactions: [thumb(13)] }), comment(12, { body: "/cancel" })]),
      { via: "reaction", at: at(13) },
    ],
    [
      "/approve after /cancel in the same second",
      buildSnapshot([plan(), comment(11, { body: "/cancel", minute: 12 }), approve(12)]),
      { via: "comment", at: at(12) },
    ],
    [
      "a 👍 after the issue was closed",
      buildSnapshot([plan({ reactions: [thumb(13)] })], { closedAt: at(12) }),
      { via: "reaction", at: at(13) },
    ],
    [
      "the first of several approvals",
      buildSnapshot([plan({ reactions: [thumb(14), thumb(12)] }), approve(13), approve(11)]),
      { via: "comment", at: at(11) },
    ],
    [
      "the restored plan, not the late one of a cancelled /replan",
      buildSnapshot([
        plan({ reactions: [thumb(15)] }),
        comment(11, { body: "/replan smaller" }),
        comment(12, { body: "/cancel" }),
        planComment(13, { about: "command:11", reactions: [thumb(14)] }),
      ]),
      { via: "reaction", at: at(15) },
    ],
    [
      "the younger twin of a hidden one with the same text",
      buildSnapshot([plan({ isMinimized: true }), planComment(11), approve(12)]),
      { via: "comment", at: at(12) },
    ],
    [
      "a 👍 in spite of a stranger's /cancel",
      buildSnapshot([plan({ reactions: [thumb(11)] }), comment(12, { body: "/cancel", author: stranger })]),
      { via: "reaction", at: at(11) },
    ],
    [
      "the plan that answers a /replan",
      buildSnapshot([
        plan(),
        comment(11, { body: "/replan smaller" }),
        planComment(12, { about: "command:11", reactions: [thumb(13)] }),
      ]),
      { via: "reaction", at: at(13) },
    ],
  ];
  test.each(cases)("%s", (_, snapshot, expected) => {
    expect(decideApproval(snapshot, policy)).toMatchObject({ approval: expected });
  });
});

describe("decideApproval refuses", () => {
  const cases: [string, IssueSnapshot, { reason: string; code?: string }][] = [
    ["a 👍 by a stranger", buildSnapshot([plan({ reactions: [thumb(11, stranger)] })]), { reason: "not approved" }],
    [
      "a 👍 by a bot with a listed id",
      buildSnapshot([plan({ reactions: [thumb(11, { ...maintainer, type: "Bot" })] })]),
      { reason: "not approved" },
    ],
    [
      "a 👍 by a listed login with another id",
      buildSnapshot([plan({ reactions: [thumb(11, { ...maintainer, id: 12 })] })]),
      { reason: "not approved" },
    ],
    [
      "a 👍 by a deleted account",
      buildSnapshot([plan({ reactions: [{ content: "THUMBS_UP", createdAt: at(11) }] })]),
      { reason: "not approved" },
    ],
    ["another reaction", buildSnapshot([plan({ reactions: [reaction("HEART", at(11))] })]), { reason: "not approved" }],
    ["a 👍 in the plan's own second", buildSnapshot([plan({ reactions: [thumb(10)] })]), { reason: "not approved" }],
    [
      "a 👍 in the second of an edit",
      buildSnapshot([plan({ lastEditedAt: at(11), editor: maintainer, reactions: [thumb(11)] })]),
      { reason: "not approved" },
    ],
    [
      "a 👍 before an edit",
      buildSnapshot([plan({ lastEditedAt: at(12), editor: maintainer, reactions: [thumb(11)] })]),
      { reason: "not approved" },
    ],
    [
      "a stranger's comment that carries a whole plan",
      buildSnapshot([plan({ author: stranger, reactions: [thumb(11)] })]),
      { reason: "no plan" },
    ],
    [
      "a marker that is quoted",
      buildSnapshot([comment(10, { author: bot, body: `> ${plan().body}`, reactions: [thumb(11)] })]),
      { reason: "no plan" },
    ],
    [
      "a marker after a byte order mark",
      buildSnapshot([plan({ body: `\uFEFF${plan().body}`, reactions: [thumb(11)] })]),
      { reason: "no plan" },
    ],
    [
      "ids of another issue",
      buildSnapshot([plan({ ids: { issueId: 7002 }, reactions: [thumb(11)] })]),
      { reason: "no plan" },
    ],
    [
      "ids of another repository",
      buildSnapshot([plan({ ids: { repositoryId: 502 }, reactions: [thumb(11)] })]),
      { reason: "no plan" },
    ],
    [
      "a subject that does not recompute",
      buildSnapshot([plan({ ids: { subjectId: "0".repeat(32) }, reactions: [thumb(11)] })]),
      { reason: "no plan" },
    ],
    [
      "a second end marker",
      buildSnapshot([
        plan({ body: plan().body.replace("How to", "<!-- codex:end --> How to"), reactions: [thumb(11)] }),
      ]),
      { reason: "no plan" },
    ],
    [
      "a closed issue",
      buildSnapshot([plan({ reactions: [thumb(11)] })], { state: "CLOSED" }),
      { reason: "issue closed" },
    ],
    [
      "a minimized plan",
      buildSnapshot([plan({ isMinimized: true, reactions: [thumb(11)] })]),
      { reason: "plan minimized" },
    ],
    [
      "an edit by a stranger before the 👍",
      buildSnapshot([plan({ lastEditedAt: at(11), editor: stranger, reactions: [thumb(12)] })]),
      { reason: "plan edited by somebody who is not listed" },
    ],
    [
      "an edit by a deleted account",
      buildSnapshot([plan({ lastEditedAt: at(11), reactions: [thumb(12)] })]),
      { reason: "plan edited by somebody who is not listed" },
    ],
    [
      "the older of two plans",
      buildSnapshot([
        plan({ reactions: [thumb(13)] }),
        comment(11, { body: "/replan smaller" }),
        planComment(12, { about: "command:11" }),
      ]),
      { reason: "not approved" },
    ],
    [
      "a plan that a /replan has since put aside",
      buildSnapshot([plan({ reactions: [thumb(11)] }), comment(12, { body: "/replan smaller" })]),
      { reason: "plan superseded by a request for a new plan" },
    ],
    [
      "a 👍 before /cancel",
      buildSnapshot([plan({ reactions: [thumb(11)] }), comment(12, { body: "/cancel" })]),
      { reason: "not approved" },
    ],
    [
      "a 👍 before a /cancel that was corrected since",
      buildSnapshot([plan({ reactions: [thumb(11)] }), comment(12, { body: "/cancel\nsorry", lastEditedAt: at(13) })]),
      { reason: "not approved" },
    ],
    [
      "a 👍 before a /cancel that somebody hid",
      buildSnapshot([plan({ reactions: [thumb(11)] }), comment(12, { body: "/cancel", isMinimized: true })]),
      { reason: "not approved" },
    ],
    [
      "a 👍 before the issue was closed, once it is open again",
      buildSnapshot([plan({ reactions: [thumb(11)] })], { closedAt: at(12) }),
      { reason: "not approved" },
    ],
    [
      "/approve in the second of a closing",
      buildSnapshot([plan(), approve(11)], { closedAt: at(11) }),
      { reason: "not approved" },
    ],
    [
      "/approve that may mean a hidden twin",
      buildSnapshot([plan({ isMinimized: true }), planComment(11, { text: "Another." }), approve(12)]),
      { reason: "not approved", code: "which-plan" },
    ],
    [
      "/approve of a plan that a stranger edited",
      buildSnapshot([plan({ lastEditedAt: at(11), editor: stranger }), approve(12)]),
      { reason: "plan edited by somebody who is not listed", code: "plan-edited" },
    ],
    [
      "/approve of a hidden plan",
      buildSnapshot([plan({ isMinimized: true }), approve(11)]),
      { reason: "plan minimized", code: "plan-hidden" },
    ],
    [
      "/approve on an issue labelled codex:skip",
      buildSnapshot([plan(), approve(11)], { labels: ["codex:skip"] }),
      { reason: "issue labelled codex:skip" },
    ],
    ["/approve by a stranger", buildSnapshot([plan(), approve(11, { author: stranger })]), { reason: "not approved" }],
    ["an edited /approve", buildSnapshot([plan(), approve(11, { lastEditedAt: at(12) })]), { reason: "not approved" }],
    ["a minimized /approve", buildSnapshot([plan(), approve(11, { isMinimized: true })]), { reason: "not approved" }],
    [
      "/approve with words behind it",
      buildSnapshot([plan(), approve(11, { body: "/approve but only step 1" })]),
      { reason: "not approved" },
    ],
    [
      "a remark that contains it",
      buildSnapshot([plan(), approve(11, { body: "I would /approve" })]),
      { reason: "not approved" },
    ],
    ["a quoted /approve", buildSnapshot([plan(), approve(11, { body: "> /approve" })]), { reason: "not approved" }],
    [
      "/approve with another hash",
      buildSnapshot([plan(), approve(11, { body: "/approve 00000000" })]),
      { reason: "not approved", code: "wrong-hash" },
    ],
    [
      "/approve in the plan's second",
      buildSnapshot([plan(), approve(11, { minute: 10 })]),
      { reason: "not approved", code: "too-early" },
    ],
    [
      "/approve before an edit",
      buildSnapshot([plan({ lastEditedAt: at(12), editor: maintainer }), approve(11)]),
      { reason: "not approved", code: "too-early" },
    ],
    [
      "/approve of a plan that another one followed",
      buildSnapshot([plan(), approve(11), planComment(12, { about: "command:5" })]),
      { reason: "not approved", code: "superseded" },
    ],
    ["/approve without a plan", buildSnapshot([approve(11)]), { reason: "no plan", code: "no-plan" }],
  ];
  test.each(cases)("%s", (_, snapshot, { reason, code }) => {
    const verdict = decideApproval(snapshot, policy);
    expect(verdict).toMatchObject({ reason });
    expect("question" in verdict ? verdict.question?.code : undefined).toBe(code);
  });
});

test("one account for bot and person: its own 👍 and commands count, its comments' markers do not", () => {
  const one = { ...policy, approverIds: [99] };
  expect(decideApproval(buildSnapshot([plan({ reactions: [thumb(11, bot)] })]), one)).toHaveProperty("approval");
  expect(decideApproval(buildSnapshot([plan(), approve(11, { author: bot })]), one)).toHaveProperty("approval");
  const marked = approve(11, { author: bot, body: "<!-- codex:note -->\n/approve" });
  expect(decideApproval(buildSnapshot([plan(), marked]), one)).toEqual({ reason: "not approved" });
});

test("an edit of the text changes what is approved, line ends do not", () => {
  const before = readPlans(buildSnapshot([plan({ text: "one\ntwo" })]))[0];
  const crlf = readPlans(buildSnapshot([plan({ body: plan({ text: "one\ntwo" }).body.replaceAll("\n", "\r\n") })]))[0];
  const after = readPlans(buildSnapshot([plan({ text: "one\nthree" })]))[0];
  expect(before?.sha256).toBe(planSha256("\none\ntwo\n", "a".repeat(40)));
  expect(crlf?.sha256).toBe(before?.sha256);
  expect(after?.sha256).not.toBe(before?.sha256);
});

describe("a /retry after a /cancel or a closing", () => {
  const approved = plan({ reactions: [thumb(11)] });
  const about = `plan:10:${readPlans(buildSnapshot([approved]))[0]?.sha256}` as About;
  const end = (id: number, changes: Partial<RunIds> = {}) => {
    const subject = subjectId({ repositoryId: 501, issueId: 7001, stage: "implementation", about });
    const ids: RunIds = {
      ...{ taskId: taskId("implementation", 12, subject, 0), subjectId: subject, about, stage: "implementation" },
      ...{ outcome: "cancelled", code: "cancelled", ...changes },
    };
    return comment(id, { author: bot, body: markedComment(markers.result, ids, "Ended.") });
  };
  const say = (id: number, body: string, changes: Partial<Comment> = {}) => comment(id, { body, ...changes });
  const cancel = say(12, "/cancel");
  const retry = say(14, "/retry");

  test.each<[string, IssueSnapshot]>([
    ["of the run that it ended", buildSnapshot([approved, cancel, end(13), retry])],
    [
      "of a run that failed before the /cancel",
      buildSnapshot([approved, end(11, { outcome: "failed" }), cancel, retry]),
    ],
    ["once the issue is open again", buildSnapshot([approved, end(13), retry], { closedAt: at(12) })],
    [
      "also while another /retry follows a later end",
      buildSnapshot([approved, cancel, end(13), retry, end(15), say(16, "/retry")]),
    ],
    ["for a /approve as well", buildSnapshot([plan(), approve(11), cancel, end(13), retry])],
  ])("stands for the approval from before it: %s", (_, snapshot) => {
    expect(decideApproval(snapshot, policy)).toMatchObject({ approval: { at: at(11) } });
  });

  test.each<[string, IssueSnapshot]>([
    ["of nothing that was run", buildSnapshot([approved, cancel, retry])],
    ["of a run that succeeded", buildSnapshot([approved, cancel, end(13, { outcome: "done" }), retry])],
    ["of another plan's run", buildSnapshot([approved, cancel, end(13, { about: `plan:9:${"0".repeat(64)}` }), retry])],
    [
      "of a planning that failed since",
      buildSnapshot([approved, cancel, end(12), end(13, { stage: "planning", about: "issue" }), retry]),
    ],
    ["before the /cancel", buildSnapshot([approved, end(11), say(12, "/retry"), say(13, "/cancel")])],
    ["before a later closing", buildSnapshot([approved, cancel, end(13), retry], { closedAt: at(15) })],
    ["by a stranger", buildSnapshot([approved, cancel, end(13), say(14, "/retry", { author: stranger })])],
    ["that was edited", buildSnapshot([approved, cancel, end(13), say(14, "/retry", { lastEditedAt: at(15) })])],
    [
      "of an end that a stranger wrote",
      buildSnapshot([approved, cancel, { ...end(13), viewerDidAuthor: false }, retry]),
    ],
    ["without any approval", buildSnapshot([plan(), cancel, end(13), retry])],
    [
      "of a text that is another since",
      buildSnapshot([
        plan({ text: "Other.", lastEditedAt: at(12), editor: maintainer, reactions: [thumb(11)] }),
        ...[cancel, end(13), retry],
      ]),
    ],
  ])("does not stand for an approval: %s", (_, snapshot) => {
    expect(decideApproval(snapshot, policy)).toEqual({ reason: "not approved" });
  });
});
