import { type About, hiddenIds, markers, type Policy, subjectId, taskId } from "@froussard/contract";
import {
  at,
  bot,
  buildSnapshot,
  comment,
  maintainer,
  planComment,
  policy,
  stranger,
} from "@froussard/contract/testing/build-snapshot";
import { describe, expect, test } from "vitest";
import { identifyTask } from "./identify-task.ts";

const subject = (about: About, stage: "planning" | "implementation" = "planning") =>
  subjectId({ repositoryId: 501, issueId: 7001, stage, about });
const task = (about: About, attempt = 0, stage: "planning" | "implementation" = "planning") =>
  taskId(stage, 12, subject(about, stage), attempt);
const say = (id: number, body: string, author = maintainer) => comment(id, { body, author });
/** Our result comment at the end of a task. */
const result = (
  id: number,
  about: About,
  outcome: "done" | "failed",
  stage: "planning" | "implementation" = "planning",
) =>
  comment(id, {
    author: bot,
    body: `${markers.result}\n${hiddenIds({ taskId: task(about, 0, stage), subjectId: subject(about, stage), about, stage, outcome })}\n`,
  });

describe("planning", () => {
  const label: Policy = { ...policy, trigger: { kind: "label", label: "plan me" } };
  const put = (actor = maintainer) => ({
    labels: ["plan me"],
    labelEvents: [{ label: "plan me", createdAt: at(3), actor }],
  });

  test.each<[string, ReturnType<typeof buildSnapshot>, Policy, string | undefined, { about: About; attempt: number }]>([
    ["the issue itself", buildSnapshot(), policy, task("issue"), { about: "issue", attempt: 0 }],
    ["a label", buildSnapshot([], put()), label, task("issue"), { about: "issue", attempt: 0 }],
    ["/plan", buildSnapshot([say(5, "/plan")]), policy, task("command:5"), { about: "command:5", attempt: 0 }],
    ["/replan", buildSnapshot([say(5, "/replan less")]), policy, task("command:5"), { about: "command:5", attempt: 0 }],
    [
      "the older of two commands",
      buildSnapshot([say(5, "/plan"), say(6, "/plan")]),
      policy,
      task("command:5"),
      { about: "command:5", attempt: 0 },
    ],
    [
      "/retry after a failure",
      buildSnapshot([result(4, "issue", "failed"), say(5, "/retry")]),
      policy,
      task("issue", 5),
      { about: "issue", attempt: 5 },
    ],
    [
      "by hand: the newest command",
      buildSnapshot([say(5, "/plan"), say(6, "/plan")]),
      policy,
      undefined,
      { about: "command:6", attempt: 0 },
    ],
    [
      "by hand: the newest retry",
      buildSnapshot([result(4, "issue", "failed"), say(5, "/retry"), say(6, "/retry")]),
      policy,
      undefined,
      { about: "issue", attempt: 6 },
    ],
  ])("%s", (_, snapshot, rules, id, expected) => {
    const found = identifyTask(snapshot, rules, { stage: "planning", taskId: id });
    expect(found).toMatchObject({
      ...expected,
      subjectId: subject(expected.about),
      taskId: task(expected.about, expected.attempt),
    });
  });

  test.each<[string, ReturnType<typeof buildSnapshot>, Policy, string | undefined]>([
    ["an issue by a stranger", buildSnapshot([], { author: stranger }), policy, task("issue")],
    ["an issue by a stranger, by hand", buildSnapshot([], { author: stranger }), policy, undefined],
    ["an issue when only commands count", buildSnapshot(), { ...policy, trigger: { kind: "command" } }, task("issue")],
    ["a label put on by a stranger", buildSnapshot([], put(stranger)), label, task("issue")],
    ["a label that was taken off", buildSnapshot([], { ...put(), labels: [] }), label, task("issue")],
    ["a stranger's command", buildSnapshot([say(5, "/plan", stranger)]), policy, task("command:5")],
    [
      "an edited command",
      buildSnapshot([comment(5, { body: "/plan", lastEditedAt: at(9) })]),
      policy,
      task("command:5"),
    ],
    ["a hidden command", buildSnapshot([comment(5, { body: "/plan", isMinimized: true })]), policy, task("command:5")],
    ["a remark that contains a command", buildSnapshot([say(5, "please /plan")]), policy, task("command:5")],
    ["a command on another issue", buildSnapshot([say(5, "/plan")], { id: 9 }), policy, task("command:5")],
    ["/retry without a failure", buildSnapshot([say(5, "/retry")]), policy, task("issue", 5)],
    ["/retry after success", buildSnapshot([result(4, "issue", "done"), say(5, "/retry")]), policy, task("issue", 5)],
    [
      "/retry before the failure",
      buildSnapshot([say(3, "/retry"), result(4, "issue", "failed")]),
      policy,
      task("issue", 3),
    ],
    [
      "/retry of another subject's failure",
      buildSnapshot([result(4, "command:2", "failed"), say(5, "/retry")]),
      policy,
      task("issue", 5),
    ],
    [
      "/retry by a stranger",
      buildSnapshot([result(4, "issue", "failed"), say(5, "/retry", stranger)]),
      policy,
      task("issue", 5),
    ],
    [
      "a failure that a stranger forged",
      buildSnapshot([{ ...result(4, "issue", "failed"), viewerDidAuthor: false }, say(5, "/retry")]),
      policy,
      task("issue", 5),
    ],
    ["a made-up id", buildSnapshot(), policy, "codex-planning-12-0123456789abcdef"],
    ["an implementation's id", buildSnapshot([planComment(2)]), policy, task("issue", 0, "implementation")],
  ])("nothing asks for it: %s", (_, snapshot, rules, id) => {
    expect(identifyTask(snapshot, rules, { stage: "planning", taskId: id })).toEqual({ fault: expect.any(String) });
  });
});

describe("implementation", () => {
  const snapshot = buildSnapshot([planComment(2)]);
  const planSha256 = (() => {
    const found = identifyTask(snapshot, policy, { stage: "implementation" });
    if ("fault" in found) throw new Error(found.fault);
    return found.about.split(":")[2] ?? "";
  })();
  const about: About = `plan:2:${planSha256}`;
  const claim = {
    stage: "implementation",
    taskId: task(about, 0, "implementation"),
    planCommentId: 2,
    planSha256,
  } as const;

  test("the plan comment and its hash", () => {
    expect(identifyTask(snapshot, policy, claim)).toMatchObject({ about, attempt: 0, taskId: claim.taskId });
  });

  test("a plan edited since is still that task: the approval decides, not the identity", () => {
    const edited = buildSnapshot([planComment(2, { text: "other", lastEditedAt: at(5), editor: maintainer })]);
    expect(identifyTask(edited, policy, claim)).toMatchObject({ about });
  });

  test("the task id alone, as a record tells it", () => {
    expect(identifyTask(snapshot, policy, { ...claim, planCommentId: undefined })).toMatchObject({ about });
  });

  test("/retry after a failure", () => {
    const failed = buildSnapshot([planComment(2), result(4, about, "failed", "implementation"), say(5, "/retry")]);
    const found = identifyTask(failed, policy, { ...claim, taskId: task(about, 5, "implementation") });
    expect(found).toMatchObject({ attempt: 5, cause: { at: at(5) } });
  });

  test.each<[string, ReturnType<typeof buildSnapshot>, object]>([
    ["another hash", snapshot, { planSha256: "0".repeat(64) }],
    ["another comment", snapshot, { planCommentId: 3 }],
    ["somebody else's comment with the marker", buildSnapshot([planComment(2, { viewerDidAuthor: false })]), {}],
    ["a transferred issue", buildSnapshot([planComment(2)], { id: 9 }), {}],
    ["forged ids", buildSnapshot([planComment(2, { ids: { repositoryId: 502 } })]), {}],
    ["by hand, without a plan", buildSnapshot(), { taskId: undefined, planCommentId: undefined }],
  ])("nothing asks for it: %s", (_, seen, change) => {
    expect(identifyTask(seen, policy, { ...claim, ...change })).toEqual({ fault: expect.any(String) });
  });
});
