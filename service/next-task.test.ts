import { type About, type Comment, type FailureCode, markers, planSha256 } from "@froussard/contract";
import { beforeEach, describe, expect, test } from "vitest";
import { nextTask } from "./next-task.ts";
import { PublishedTasks } from "./published-tasks.ts";
import type { ServicePolicy } from "./service-policy.ts";
import type { Memory } from "./task-state.ts";
import { bot, FakeGitHub, type FakeIssue, otherBot, owner, stranger } from "./testing/fake-github.ts";

const policy: ServicePolicy = {
  approverIds: [1],
  trigger: { kind: "author" },
  since: "2026-03-01T00:00:00Z",
  branchPrefix: "codex/issue-",
  deadlineMinutes: 60,
};
const labelled: ServicePolicy = { ...policy, trigger: { kind: "label", label: "plan me" } };
const commanded: ServicePolicy = { ...policy, trigger: { kind: "command" } };

let github: FakeGitHub;
let on: FakeIssue;
let published: PublishedTasks;
const live = new Set<string>();
const memory: Memory = { liveTasks: live, published: (id, askedAt) => published.get(id, askedAt) };

beforeEach(() => {
  published = new PublishedTasks();
  live.clear();
  github = new FakeGitHub();
  on = github.open(github.repository("octocat/hello"), owner);
  github.wait(10);
});

const decide = (with_: ServicePolicy = policy) => nextTask(github.snapshot(on), with_, github.now, memory);

/** In short: the stage that is due, or undefined. */
function stage(with_: ServicePolicy = policy): string | undefined {
  const next = decide(with_);
  return "task" in next ? next.task.stage : undefined;
}

function task(with_: ServicePolicy = policy) {
  const next = decide(with_);
  if (!("task" in next)) throw new Error(`no task: ${next.reason}`);
  return next.task;
}

function reason(): string {
  const next = decide();
  return "task" in next ? next.task.taskId : next.reason;
}

const told = (with_: ServicePolicy = policy) =>
  decide(with_).tell.map((each) => (each.kind === "note" ? `${each.cause} ${each.code}` : each.ids.code));

const about = (plan: Comment, text = "\n1. Paint it.\n"): About =>
  `plan:${plan.id}:${planSha256(text, "c".repeat(40))}`;

/** Does what the service does after publishing: leaves its marks, or remembers it, or both. */
function handedOver(does: { mark?: boolean; remember?: boolean }, with_: ServicePolicy = policy): string {
  const next = decide(with_);
  if (!("task" in next)) throw new Error(`no task: ${next.reason}`);
  if (does.remember) published.note(next.task.taskId, next.askedAt, github.now);
  for (const { nodeId, content, stale } of does.mark ? next.mark : []) {
    const target = [on.issue, ...on.comments].find((each) => each.nodeId === nodeId);
    if (!target) throw new Error(`mark on nothing: ${nodeId}`);
    if (stale) github.unreact(target, bot, content);
    github.react(target, bot, content);
  }
  return next.task.taskId;
}
const publish = (with_?: ServicePolicy) => handedOver({ mark: true }, with_);
const remember = (with_?: ServicePolicy) => handedOver({ remember: true }, with_);

/** Posts the note that was told, as `cause code`. */
function answer(note: string | undefined): void {
  const [cause, code] = (note ?? "nothing told").split(" ");
  github.comment(on, bot, `${markers.note}\n<!-- codex:ids ${JSON.stringify({ cause, code })} -->\nHm?`);
}
const say = (body: string, by = owner) => github.wait(10).comment.call(github, on, by, body);

describe("planning by itself", () => {
  test("an issue of a listed person is planned", () => {
    expect(task()).toMatchObject({ stage: "planning", head: "codex/issue-1", base: "main", sender: "octocat" });
  });

  test.each([
    ["somebody else's issue", () => Object.assign(on.issue, { author: stranger })],
    ["an app's issue", () => Object.assign(on.issue, { author: otherBot })],
    ["an app with a listed id", () => Object.assign(on.issue, { author: { ...owner, type: "Bot" } })],
    ["a deleted account's issue", () => delete on.issue.author],
    ["a closed issue", () => github.setState(on, "CLOSED")],
    ["an issue that was closed and opened again", () => [github.setState(on, "CLOSED"), github.setState(on, "OPEN")]],
    ["an archived repository", () => Object.assign(on.repository, { isArchived: true })],
    ["an issue with the skip label", () => github.label(on, stranger, "codex:skip")],
    ["an issue from before CODEX_SINCE", () => Object.assign(on.issue, { createdAt: "2026-02-28T23:59:59Z" })],
    ["an issue with a plan of ours", () => github.plan(on)],
    ["an issue with a result of ours", () => github.result(on, "planning", "issue", "failed", "idle")],
    ["an issue with a run under way", () => github.progress(on, "planning", "issue")],
    ["a cancelled issue", () => say("/cancel")],
    ["an issue with a /cancel that was edited", () => github.edit(say("/cancel"), owner, "/cancel\nfor now")],
    ["an issue with a /cancel that was hidden", () => Object.assign(say("/cancel"), { isMinimized: true })],
    ["an issue cancelled in the second it was opened", () => github.wait(-10).comment(on, owner, "/cancel")],
  ])("%s is not", (_, change) => {
    change();
    expect(stage()).toBeUndefined();
    expect(told()).toEqual([]);
  });

  test.each([
    ["a comment with a plan marker by somebody else", () => say(`${markers.plan}\nx`, stranger)],
    ["a quoted marker of our own", () => say(`> ${markers.plan}`, bot)],
    ["a /cancel by somebody else", () => say("/cancel", stranger)],
    ["a 👀 of somebody else", () => github.react(on.issue, owner, "EYES")],
  ])("%s does not keep it from being planned", (_, change) => {
    change();
    expect(stage()).toBe("planning");
  });

  test("a transferred issue with a plan is not planned by itself, but by /plan", () => {
    github.plan(on);
    on = github.transfer(on, github.repository("octocat/other"));
    expect(stage()).toBeUndefined();
    say("/plan");
    expect(stage()).toBe("planning");
  });

  test("a transferred issue whose /plan was answered before is not planned, and nothing is told", () => {
    const asked = say("/plan");
    publish();
    github.wait(5).plan(on, `command:${asked.id}`);
    github.wait(86_400);
    on = github.transfer(on, github.repository("octocat/other"));
    github.wait(5);
    expect([stage(), told()]).toEqual([undefined, []]);
    say("/plan");
    expect(stage()).toBe("planning");
  });

  test("a base branch that must not cross Argo is told once, and looked at again", () => {
    on.repository.defaultBranch = { name: "feature#1", commit: "c".repeat(40) };
    expect(stage()).toBeUndefined();
    expect(decide()).toMatchObject({ lookAgainAt: "2026-03-01T13:00:10.000Z" });
    const [note] = told();
    expect(note).toMatch(/^task:codex-planning-1-\S+ unfit-task$/);
    answer(note);
    expect([stage(), told()]).toEqual([undefined, []]);
    on.repository.defaultBranch.name = "main";
    expect(stage()).toBe("planning");
  });

  test("the id does not depend on names, texts or times", () => {
    const { taskId } = task();
    on.repository.nameWithOwner = "hubot/renamed";
    on.issue.title = "another title";
    github.wait(300);
    expect(task().taskId).toBe(taskId);
  });

  test("with the label trigger a listed person's last label starts it", () => {
    expect(stage(labelled)).toBeUndefined();
    github.label(on, stranger, "plan me");
    expect(stage(labelled)).toBeUndefined();
    github.label(on, owner, "plan me");
    expect(stage(labelled)).toBe("planning");
    github.label(on, stranger, "plan me");
    expect(stage(labelled)).toBeUndefined();
  });

  test("a label put on while a /plan is under way starts no second planning, whatever comes of the first", () => {
    on = github.open(on.repository, stranger);
    const asked = say("/plan");
    publish(labelled);
    github.wait(1).label(on, owner, "plan me");
    expect(stage(labelled)).toBeUndefined();
    github.progress(on, "planning", `command:${asked.id}`);
    expect(stage(labelled)).toBeUndefined();
    github.wait(1).result(on, "planning", `command:${asked.id}`, "failed", "idle");
    expect(stage(labelled)).toBeUndefined();
  });

  test("with the label trigger, who opened the issue does not matter, and a removed label does", () => {
    on.issue.author = stranger;
    github.label(on, owner, "plan me");
    expect(stage(labelled)).toBe("planning");
    on.issue.labels = [];
    expect(stage(labelled)).toBeUndefined();
  });

  test("an issue that was closed and opened again is planned when it is labelled after that, or by /plan", () => {
    github.label(on, owner, "plan me");
    github.wait(1).setState(on, "CLOSED");
    github.setState(on, "OPEN");
    expect(stage(labelled)).toBeUndefined();
    github.wait(1).label(on, owner, "plan me");
    expect(stage(labelled)).toBe("planning");
    expect(stage()).toBeUndefined();
    say("/plan");
    expect(stage()).toBe("planning");
  });

  test("with the command trigger only /plan starts it", () => {
    expect(stage(commanded)).toBeUndefined();
    say("/plan", stranger);
    expect(stage(commanded)).toBeUndefined();
    say("/plan");
    expect(stage(commanded)).toBe("planning");
  });
});

describe("approval", () => {
  let plan: Comment;
  beforeEach(() => {
    plan = github.wait(60).plan.call(github, on);
    github.wait(60);
  });

  test("a listed person's 👍 starts the implementation of that plan", () => {
    github.react(plan, owner);
    expect(task()).toMatchObject({ stage: "implementation", planCommentId: plan.id, sender: "octocat" });
    expect(task().head).toMatch(/^codex\/issue-1-[0-9a-f]{8}$/);
  });

  test("👍 and /approve are the same cause", () => {
    github.react(plan, owner);
    const { taskId } = task();
    github.unreact(plan, owner);
    say("/approve");
    expect(task().taskId).toBe(taskId);
  });

  test.each(["/approve", "execute plan", "/approve \r\nthanks"])("%j approves", (body) => {
    say(body);
    expect(stage()).toBe("implementation");
  });

  test("/approve with the hash of the plan approves, with another one it asks", () => {
    const comment = say("/approve 00000000");
    expect(told()).toEqual([`comment:${comment.id} wrong-hash`]);
    say(`/approve ${about(plan).split(":")[2]?.slice(0, 8)}`);
    expect(stage()).toBe("implementation");
    expect(told()).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    ["a 👍 of somebody else", () => github.react(plan, stranger)],
    ["a 👍 of an app", () => github.react(plan, { ...owner, type: "Bot" })],
    ["a 👍 on the issue", () => github.react(on.issue, owner)],
    ["another reaction", () => github.react(plan, owner, "HEART")],
    ["a 👍 on somebody else's comment with the plan's body", () => likeLater(say(plan.body, stranger))],
    ["a 👍 on our comment that quotes the plan", () => likeLater(say(`> ${plan.body}`, bot))],
    ["a 👍 on a plan with forged ids", () => likeLater(forged())],
    ["a 👍 that was taken back", () => [github.react(plan, owner), github.unreact(plan, owner)]],
    ["a 👍 in the second of the plan", () => [github.wait(-60), github.react(plan, owner)]],
    ["a 👍 in the second of an edit", () => [github.edit(plan, owner, plan.body), github.react(plan, owner)]],
    ["a 👍 before an edit", () => [github.react(plan, owner), github.wait(1), github.edit(plan, owner, plan.body)]],
    ["a 👍 before a /cancel", () => [github.react(plan, owner), say("/cancel")]],
    ["a 👍 in the second of a /cancel", () => [github.react(plan, owner), github.comment(on, owner, "/cancel")]],
    ["a 👍 on a plan that somebody else edited", () => [github.edit(plan, stranger, plan.body), likeLater()]],
    ["a 👍 on a hidden plan", () => [Object.assign(plan, { isMinimized: true }), likeLater()]],
    ["a 👍 on an issue closed since", () => [likeLater(), github.setState(on, "CLOSED")]],
    [
      "a 👍 on an issue closed and opened since",
      () => [likeLater(), github.setState(on, "CLOSED"), github.setState(on, "OPEN")],
    ],
    [
      "a /approve on an issue closed and opened since",
      () => [say("/approve"), github.wait(1).setState(on, "CLOSED"), github.setState(on, "OPEN")],
    ],
    ["a 👍 on the late plan of a cancelled /replan", () => likeLater(lateReplan())],
    [
      "a /approve of a plan that was hidden since, while a copy stands",
      () => {
        const copy = github.plan(on, "issue", "Something else.");
        say("/approve");
        plan.isMinimized = true;
        return copy;
      },
    ],
    ["a 👍 when a newer plan came", () => [likeLater(), github.plan(on, `command:${say("/replan x").id}`)]],
    ["an edited /approve", () => github.edit(say("hm"), owner, "/approve")],
    ["a /approve of somebody else", () => say("/approve", stranger)],
    ["a /approve of an app", () => say("/approve", { ...owner, type: "Bot" })],
    ["our own /approve behind a marker", () => say(`${markers.note}\n/approve`)],
    ["a remark about /approve", () => say("you could /approve")],
    ["a /approve in the second line", () => say("well\n/approve")],
    ["a /approve with a tail", () => say("/approve please")],
    ["a quoted /approve", () => say("> /approve")],
  ])("%s does not start anything", (_, change) => {
    change();
    expect(stage()).not.toBe("implementation");
  });

  const likeLater = (target = plan) => github.wait(1).react(target, owner);
  const lateReplan = () => {
    const replan = say("/replan x");
    say("/cancel");
    return github.wait(5).plan.call(github, on, `command:${replan.id}`);
  };
  const forged = () => say(plan.body.replace(/"issueId":\d+/, '"issueId":424242'), bot);

  test("a 👍 on a transferred issue's plan does not start anything", () => {
    github.react(plan, owner);
    on = github.transfer(on, github.repository("octocat/other"));
    expect(stage()).toBeUndefined();
  });

  test("a listed person's edit before the 👍 is approved with it, as another subject", () => {
    github.react(plan, owner);
    const before = task().taskId;
    github.edit(plan, owner, plan.body.replace("Paint it", "Paint it twice"));
    github.unreact(plan, owner);
    github.wait(1).react(plan, owner);
    expect(task().taskId).not.toBe(before);
  });

  test.each<[string, string, () => Comment]>([
    [
      "too-early",
      "in the second of the plan's edit",
      () => {
        github.edit(plan, owner, plan.body);
        return github.comment(on, owner, "/approve");
      },
    ],
    [
      "superseded",
      "before the plan that is current",
      () => {
        const approve = say("/approve");
        github.wait(1).plan(on, `command:${say("/replan").id}`);
        return approve;
      },
    ],
    [
      "which-plan",
      "of a plan that was hidden since, while a copy stands",
      () => {
        github.plan(on, "issue", "Something else.");
        plan.isMinimized = true;
        return say("/approve");
      },
    ],
    [
      "plan-edited",
      "of a plan that a stranger edited",
      () => [github.edit(plan, stranger, plan.body), say("/approve")][1] as Comment,
    ],
    [
      "plan-hidden",
      "of a hidden plan",
      () => [Object.assign(plan, { isMinimized: true }), say("/approve")][1] as Comment,
    ],
    [
      "superseded",
      "while a newer plan is asked for",
      () => {
        say("/replan");
        return say("/approve");
      },
    ],
  ])("asks once (%s) about a /approve %s", (code, _, change) => {
    const comment = change();
    expect(told()).toEqual([`comment:${comment.id} ${code}`]);
    say(`${markers.note}\n<!-- codex:ids {"cause":"comment:${comment.id}","code":"${code}"} -->\nHm?`, bot);
    expect(told()).toEqual([]);
  });

  test("does not ask about the /approve of an older plan that did run", () => {
    say("/approve");
    publish();
    github.wait(1).result(on, "implementation", about(plan), "done");
    github.wait(1).plan(on, `command:${say("/replan more").id}`);
    expect(told()).toEqual([]);
    expect(stage()).toBeUndefined();
  });

  test("a 👍 counts on the plan before a cancelled /replan whose plan came late", () => {
    lateReplan();
    likeLater();
    expect(task()).toMatchObject({ stage: "implementation", planCommentId: plan.id });
  });

  test("a plan that a stranger edited can be approved after a listed person's edit, as the note says", () => {
    github.edit(plan, stranger, plan.body.replace("Paint", "Burn"));
    github.wait(1).edit(plan, owner, plan.body.replace("Burn", "Paint"));
    say("/approve");
    expect(stage()).toBe("implementation");
  });

  test("a /approve of a hidden plan counts once it is shown again, as the note says", () => {
    plan.isMinimized = true;
    say("/approve");
    expect(stage()).toBeUndefined();
    plan.isMinimized = false;
    expect(stage()).toBe("implementation");
  });

  test("does not take a note by somebody else for an answer", () => {
    const comment = say("/approve 00000000");
    say(`${markers.note}\n<!-- codex:ids {"cause":"comment:${comment.id}","code":"x"} -->\nHm?`, stranger);
    expect(told()).toHaveLength(1);
  });

  test("a plan that was carried out is not carried out again", () => {
    github.react(plan, owner);
    publish();
    github.result(on, "implementation", about(plan), "done");
    expect(stage()).toBeUndefined();
    say("/approve");
    expect([stage(), told()]).toEqual([undefined, []]);
  });

  test("does not ask about a /approve that was taken back", () => {
    say("/approve 00000000");
    say("/cancel");
    expect(told()).toEqual([]);
  });

  describe("given after a message that GitHub did not confirm was refused starts the run:", () => {
    test.each<[string, FailureCode, () => void]>([
      ["a 👍", "not-approved", () => github.wait(1).react(plan, owner)],
      ["a /approve", "not-approved", () => say("/approve")],
      ["a 👍 after a forged branch", "invalid-task", () => github.wait(1).react(plan, owner)],
    ])("%s", (_, code, approve) => {
      github.wait(1).result(on, "implementation", about(plan), "refused", code);
      expect([stage(), told()]).toEqual([undefined, []]);
      approve();
      expect([stage(), told()]).toEqual(["implementation", []]);
      publish();
      expect([stage(), told()]).toEqual([undefined, []]);
      github.progress(on, "implementation", about(plan));
      github.wait(1).result(on, "implementation", about(plan), "failed", "idle");
      expect([stage(), told()]).toEqual([undefined, []]);
    });

    test("but not when the approval is the older one, nor after another end", () => {
      github.react(plan, owner);
      github.wait(1).result(on, "implementation", about(plan), "refused", "not-approved");
      expect(stage()).toBeUndefined();
      github.unreact(plan, owner);
      github.result(on, "implementation", about(plan), "refused", "base-moved");
      github.wait(1).react(plan, owner);
      expect(stage()).toBeUndefined();
    });
  });

  describe("given again after the plan's run ended without success is answered once:", () => {
    beforeEach(() => {
      github.react(plan, owner);
      publish();
      github.progress(on, "implementation", about(plan));
    });
    const end = (code: FailureCode) => github.wait(1).result(on, "implementation", about(plan), "refused", code);

    test.each<[string, () => Comment]>([
      [
        "a 👍 taken back and renewed",
        () => {
          github.wait(1).unreact(plan, owner);
          const ended = end("not-approved");
          github.wait(1).react(plan, owner);
          return ended;
        },
      ],
      [
        "a 👍 after a /replan that was cancelled",
        () => {
          say("/replan x");
          const ended = end("superseded");
          say("/cancel");
          github.unreact(plan, owner);
          github.wait(1).react(plan, owner);
          return ended;
        },
      ],
      [
        "a /approve",
        () => {
          const ended = end("not-approved");
          say("/approve");
          return ended;
        },
      ],
    ])("%s", (_, approveAgain) => {
      const ended = approveAgain();
      expect([stage(), told()]).toEqual([undefined, [`again:${ended.id} approved-again`]]);
      answer(told()[0]);
      expect([stage(), told()]).toEqual([undefined, []]);
      say("/retry");
      expect([stage(), told()]).toEqual(["implementation", []]);
    });

    test("not when a /retry came first", () => {
      github.wait(1).unreact(plan, owner);
      end("not-approved");
      say("/retry");
      answer(told()[0]);
      github.wait(1).react(plan, owner);
      expect([stage(), told()]).toEqual(["implementation", []]);
    });
  });

  test("a plan whose second try has ended is not carried out again when the first end was deleted", () => {
    github.react(plan, owner);
    github.result(on, "implementation", about(plan), "failed", "idle", 4711);
    expect(stage()).toBeUndefined();
  });

  test("asks about /approve where there is no plan", () => {
    on = github.open(on.repository, stranger);
    const comment = say("/approve");
    expect(told()).toEqual([`comment:${comment.id} no-plan`]);
  });
});

describe("/plan and /replan", () => {
  test("/plan works on anybody's issue, whatever its age", () => {
    on = github.open(on.repository, stranger, { createdAt: "2020-01-01T00:00:00Z" });
    say("/plan", stranger);
    expect(stage()).toBeUndefined();
    const comment = say("/plan");
    expect(decide()).toMatchObject({ mark: [{ nodeId: comment.nodeId, content: "EYES" }] });
  });

  test("/plan is refused once, by a note, when a plan stands", () => {
    github.plan(on);
    const comment = say("/plan");
    expect(stage()).toBeUndefined();
    expect(told()).toEqual([`comment:${comment.id} plan-exists`]);
    say(`${markers.note}\n<!-- codex:ids {"cause":"comment:${comment.id}","code":"plan-exists"} -->\nHm?`, bot);
    expect(told()).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    ["was published", () => publish()],
    ["shows progress", () => github.progress(on, "planning", "issue")],
    ["is queued", () => live.add(task().taskId)],
  ])("/plan is refused while planning %s", (_, change) => {
    change();
    const comment = say("/plan");
    expect(stage()).toBeUndefined();
    expect(told()).toEqual([`comment:${comment.id} already-running`]);
  });

  test("/plan on an issue that nobody has taken up yet is the newer cause", () => {
    const comment = say("/plan");
    expect(decide()).toMatchObject({ task: { stage: "planning" }, mark: [{ nodeId: comment.nodeId }] });
  });

  test("only the newest /replan is heard", () => {
    github.plan(on);
    say("/replan bigger");
    const second = say("/replan smaller");
    expect(decide()).toMatchObject({ mark: [{ nodeId: second.nodeId }] });
    github.plan(on, `command:${second.id}`);
    expect(stage()).toBeUndefined();
    expect(told()).toEqual([]);
  });

  test("/replan is heard while planning runs, and a plan that comes late does not answer it", () => {
    github.progress(on, "planning", "issue");
    const replan = say("/replan bigger");
    expect(decide()).toMatchObject({ mark: [{ nodeId: replan.nodeId }] });
    const late = github.wait(5).plan(on);
    github.wait(5).react(late, owner);
    expect(decide()).toMatchObject({ task: { stage: "planning" }, mark: [{ nodeId: replan.nodeId }] });
  });

  test("a cancelled /replan leaves the plan as it was, for a new approval", () => {
    const plan = github.plan(on);
    say("/replan bigger");
    say("/cancel");
    expect(stage()).toBeUndefined();
    github.wait(1).react(plan, owner);
    expect(stage()).toBe("implementation");
  });

  test("an edited /replan is no request, holds the plan back all the same, and is told once", () => {
    const plan = github.plan(on);
    const replan = say("/replan bigger");
    github.wait(1).edit(replan, owner, "/replan smaller");
    github.wait(1).react(plan, owner);
    expect(stage()).toBeUndefined();
    expect(told()).toEqual([`comment:${replan.id} edited-request`]);
    say(`${markers.note}\n<!-- codex:ids {"cause":"comment:${replan.id}","code":"edited-request"} -->\nHm?`, bot);
    expect(told()).toEqual([]);
    const again = say("/replan smaller");
    expect(decide()).toMatchObject({ mark: [{ nodeId: again.nodeId }] });
  });

  test("a request that failed is not started again", () => {
    const replan = say("/replan x");
    github.result(on, "planning", `command:${replan.id}`, "failed", "idle");
    expect(stage()).toBeUndefined();
  });
});

describe("/retry", () => {
  test("tries the planning that failed again, as another task of the same subject", () => {
    const first = publish();
    github.wait(5).result(on, "planning", "issue", "failed", "idle");
    expect(stage()).toBeUndefined();
    say("/retry", stranger);
    expect(stage()).toBeUndefined();
    const retry = say("/retry");
    expect(decide()).toMatchObject({ task: { stage: "planning" }, mark: [{ nodeId: retry.nodeId }] });
    expect(task().taskId).not.toBe(first);
    const second = publish();
    github.wait(1).result(on, "planning", "issue", "failed", "idle", retry.id);
    expect(stage()).toBeUndefined();
    say("/retry");
    expect(task().taskId).not.toBe(second);
    github.plan(on);
    expect(stage()).toBeUndefined();
  });

  test("tries the implementation that failed again, on the same branch", () => {
    const plan = github.wait(5).plan.call(github, on);
    github.wait(5).react(plan, owner);
    const { head } = task();
    github.wait(5).result(on, "implementation", about(plan), "failed", "idle");
    expect(stage()).toBeUndefined();
    say("/retry");
    expect(task()).toMatchObject({ stage: "implementation", head });
  });

  test("does not stand in for an approval, and counts once that is given", () => {
    const plan = github.wait(5).plan.call(github, on);
    github.wait(5).react(plan, owner);
    publish();
    github.unreact(plan, owner);
    github.wait(5).result(on, "implementation", about(plan), "refused", "not-approved");
    say("/retry");
    const retry = say("/retry");
    expect(stage()).toBeUndefined();
    expect(told()).toEqual([`comment:${retry.id} not-approved`]);
    say("/approve");
    expect(stage()).toBe("implementation");
  });

  test("keeps a /plan from starting a second planning beside it", () => {
    publish();
    github.wait(1).result(on, "planning", "issue", "failed", "idle");
    say("/retry");
    publish();
    const plan = say("/plan");
    expect([stage(), told()]).toEqual([undefined, [`comment:${plan.id} already-running`]]);
  });

  test("is heard after a /plan that was refused in between", () => {
    const plan = github.wait(5).plan.call(github, on);
    github.wait(5).react(plan, owner);
    publish();
    github.wait(1).result(on, "implementation", about(plan), "failed", "idle");
    say("/plan");
    answer(told()[0]);
    say("/retry");
    expect([stage(), told()]).toEqual(["implementation", []]);
  });

  test("that was refused while another run was under way does not start later, and leaves that one alone", () => {
    publish();
    github.wait(1).result(on, "planning", "issue", "failed", "idle");
    const first = say("/retry");
    publish();
    const second = say("/retry");
    expect(told()).toEqual([`comment:${second.id} already-running`]);
    answer(told()[0]);
    github.wait(5 * 60);
    expect(decide()).toMatchObject({ task: { stage: "planning" }, mark: [{ nodeId: first.nodeId }] });
    github.progress(on, "planning", "issue", first.id);
    github.wait(60).result(on, "planning", "issue", "failed", "idle", first.id);
    expect([stage(), told()]).toEqual([undefined, []]);
    say("/retry");
    expect(stage()).toBe("planning");
  });

  describe.each<[string, FailureCode, () => unknown]>([
    ["/cancel", "cancelled", () => say("/cancel")],
    [
      "closing, once the issue is open again,",
      "issue-closed",
      () => {
        github.wait(10).setState(on, "CLOSED");
        expect(stage()).toBeUndefined();
        github.wait(60).setState(on, "OPEN");
      },
    ],
  ])("after %s", (_, code, takeBack) => {
    test("is what starts the planning again, as its end says", () => {
      publish();
      takeBack();
      github.wait(5).result(on, "planning", "issue", "cancelled", code);
      expect([stage(), told()]).toEqual([undefined, []]);
      say("/retry");
      expect([stage(), told()]).toEqual(["planning", []]);
    });

    test("is what starts the planning of a command again", () => {
      const replan = say("/replan x");
      publish();
      takeBack();
      github.wait(5).result(on, "planning", `command:${replan.id}`, "cancelled", code);
      expect([stage(), told()]).toEqual([undefined, []]);
      say("/retry");
      expect([stage(), told()]).toEqual(["planning", []]);
    });

    test("is what starts the implementation again, as its end says", () => {
      const plan = github.wait(5).plan.call(github, on);
      github.wait(5).react(plan, owner);
      const { head } = task();
      publish();
      takeBack();
      github.wait(5).result(on, "implementation", about(plan), "cancelled", code);
      expect([stage(), told()]).toEqual([undefined, []]);
      const retry = say("/retry");
      expect(task()).toMatchObject({ stage: "implementation", head });
      publish();
      github.wait(5).result(on, "implementation", about(plan), "failed", "idle", retry.id);
      expect([stage(), told()]).toEqual([undefined, []]);
    });

    test("does not start what never ran", () => {
      const plan = github.wait(5).plan.call(github, on);
      github.wait(5).react(plan, owner);
      takeBack();
      const retry = say("/retry");
      expect([stage(), told()]).toEqual([undefined, [`comment:${retry.id} nothing-to-retry`]]);
    });
  });

  test.each<[string, string[], () => unknown]>([
    ["nothing has failed", ["nothing-to-retry"], () => github.plan(on)],
    ["nothing has happened", ["nothing-to-retry"], () => Object.assign(on.issue, { author: stranger })],
    ["the last planning succeeded", ["nothing-to-retry"], () => [failed(), github.plan(on)]],
    ["a plan stands all the same", ["nothing-to-retry"], () => [github.plan(on), failed()]],
    [
      "the last implementation succeeded",
      ["nothing-to-retry"],
      () => {
        const plan = github.plan(on);
        github.wait(1).react(plan, owner);
        github.result(on, "implementation", about(plan), "done");
      },
    ],
    ["another run is under way", ["already-running"], () => [failed(), github.progress(on, "planning", "command:77")]],
    ["a newer request was made", [], () => [failed(), say("/replan x"), publish()]],
    [
      "the request was edited since",
      ["nothing-to-retry"],
      () => {
        const replan = say("/replan x");
        github.result(on, "planning", `command:${replan.id}`, "failed", "idle");
        github.edit(replan, owner, "/replan y");
      },
    ],
    [
      "somebody else wrote the result",
      ["nothing-to-retry"],
      () => {
        Object.assign(on.issue, { author: stranger });
        failed().viewerDidAuthor = false;
      },
    ],
    [
      "the result was for another issue",
      ["nothing-to-retry"],
      () => {
        Object.assign(on.issue, { author: stranger });
        const result = failed();
        result.body = result.body.replace(/"subjectId":"[0-9a-f]{32}"/, `"subjectId":"${"0".repeat(32)}"`);
      },
    ],
  ])("is not heard when %s", (_, codes, change) => {
    change();
    const retry = say("/retry");
    expect(decide()).not.toMatchObject({ mark: [{ nodeId: retry.nodeId }] });
    expect(told()).toEqual(codes.map((code) => `comment:${retry.id} ${code}`));
  });

  const failed = () => github.result(on, "planning", "issue", "failed", "idle");
});

describe("published tasks", () => {
  const minutes = (count: number) => github.wait(count * 60);

  test("are published again after 5, 15 and 60 minutes without a trace, then given up", () => {
    const times: number[] = [];
    const start = github.now.getTime();
    for (let minute = 0; minute < 75; minute++, minutes(1)) {
      if (stage() !== undefined) {
        times.push(minute);
        handedOver({ mark: true, remember: true });
      }
    }
    expect(times).toEqual([0, 5, 15, 60]);
    expect(github.now.getTime() - start).toBe(75 * 60_000);
    expect(decide()).toMatchObject({ tell: [{ kind: "failure", ids: { code: "not-started", stage: "planning" } }] });
    github.result(on, "planning", "issue", "failed", "not-started");
    expect(decide()).toMatchObject({ tell: [] });
  });

  test("are published at most once more by a service that was restarted", () => {
    publish();
    minutes(20);
    expect(stage()).toBe("planning");
    remember();
    expect(stage()).toBeUndefined();
    expect(decide()).toMatchObject({ lookAgainAt: "2026-03-01T13:00:10.000Z" });
  });

  test.each<[string, () => unknown]>([
    ["shows progress", () => github.progress(on, "planning", "issue")],
    ["waits in the queue", () => live.add(/codex-planning-\S+/.exec(reason())?.[0] ?? "")],
  ])("are left alone when the task %s", (_, change) => {
    publish();
    change();
    minutes(65);
    expect(stage()).toBeUndefined();
    expect(told()).toEqual([]);
  });

  test("are told as silent when the run has finished without a trace, and a /retry starts another one", () => {
    const { taskId } = task();
    publish();
    const finishedTasks = new Set([taskId]);
    const next = () => nextTask(github.snapshot(on), policy, github.now, { ...memory, finishedTasks });
    minutes(4);
    expect(next()).toMatchObject({ tell: [], lookAgainAt: expect.any(String) });
    minutes(1);
    expect(next()).toMatchObject({ tell: [{ kind: "failure", ids: { taskId, code: "no-progress" } }] });
    github.result(on, "planning", "issue", "failed", "no-progress");
    expect(next()).toMatchObject({ tell: [] });
    say("/retry");
    expect(next()).toMatchObject({ task: { taskId: expect.not.stringMatching(taskId) } });
  });

  test("are marked again when the mark is missing", () => {
    remember();
    expect(decide()).toMatchObject({ reason: expect.stringContaining("published"), mark: [{ content: "EYES" }] });
  });

  test("of an edited plan do not count for the text as it stands", () => {
    const plan = github.wait(5).plan.call(github, on);
    github.wait(5).react(plan, owner);
    publish();
    expect(stage()).toBeUndefined();
    github.wait(5).edit(plan, owner, plan.body.replace("Paint", "Draw"));
    github.unreact(plan, owner);
    github.wait(5).react(plan, owner);
    expect(stage()).toBe("implementation");
  });

  /** Looks every minute; whether marks can be left or not, what is published is remembered. */
  function lookForHours(hours: number, after: () => void, with_: ServicePolicy = policy) {
    const times: number[] = [];
    let given = 0;
    for (let minute = 0; minute < hours * 60; minute++, minutes(1)) {
      if (stage(with_) !== undefined) {
        times.push(minute);
        remember(with_);
        after();
      }
      if (told(with_).includes("not-started")) given++;
    }
    return { times, isTold: given > 0 };
  }
  const asOnce = { times: [0, 5, 15, 60], isTold: true };

  test("whose marks cannot be left are given up all the same", () => {
    expect(lookForHours(10, () => {})).toEqual(asOnce);
  });

  test("of an edited plan are given up all the same, though our 🚀 is from before the edit", () => {
    const plan = github.wait(5).plan.call(github, on);
    github.wait(5).react(plan, owner);
    publish();
    github.wait(60).edit(plan, owner, plan.body.replace("Paint", "Draw"));
    github.unreact(plan, owner);
    github.wait(5).react(plan, owner);
    expect(decide()).toMatchObject({ mark: [{ nodeId: plan.nodeId, content: "ROCKET", stale: true }] });
    expect(lookForHours(10, () => github.react(plan, bot, "ROCKET"))).toEqual(asOnce);
  });

  test("are started anew, and counted anew, when the 👍 is taken back and given again", () => {
    const plan = github.wait(5).plan.call(github, on);
    github.wait(5).react(plan, owner);
    const taskId = handedOver({ mark: true, remember: true });
    github.wait(60).unreact(plan, owner);
    github.wait(86_400).react(plan, owner);
    expect(handedOver({ mark: true, remember: true })).toBe(taskId);
    expect(stage()).toBeUndefined();
    github.wait(74 * 60);
    expect(told()).toEqual([]);
  });

  test("a second 👍 on an approved plan counts nothing anew", () => {
    const other = { id: 4, login: "hubot", type: "User" };
    const two = { ...policy, approverIds: [1, 4] };
    const plan = github.wait(5).plan.call(github, on);
    github.wait(5).react(plan, owner);
    publish(two);
    github.wait(60).react(plan, other);
    github.wait(60).comment(on, other, "/approve");
    expect(stage(two)).toBeUndefined();
  });

  describe("where bot and person share an account", () => {
    const one: ServicePolicy = { ...policy, approverIds: [1, 900] };

    test("the person's 🚀 on the plan before the 👍 is no mark", () => {
      const plan = github.wait(5).plan.call(github, on);
      github.wait(5).react(plan, bot, "ROCKET");
      github.wait(80 * 60).react(plan, bot);
      expect([stage(one), told(one)]).toEqual(["implementation", []]);
    });

    test("the person's 👀 alone never tells that a task was not started", () => {
      github.react(on.issue, bot, "EYES");
      github.wait(80 * 60);
      expect([stage(one), told(one)]).toEqual(["planning", []]);
      remember(one);
      expect([stage(one), told(one)]).toEqual([undefined, []]);
      minutes(5);
      expect(told(one)).toEqual(["not-started"]);
    });
  });

  test("by /approve are marked on plan and comment", () => {
    const plan = github.wait(5).plan.call(github, on);
    const approve = say("/approve");
    expect(decide()).toMatchObject({
      mark: [
        { nodeId: plan.nodeId, content: "ROCKET" },
        { nodeId: approve.nodeId, content: "EYES" },
      ],
    });
  });
});

describe("runs without a sign of life", () => {
  test("are told as failed after deadline and grace, unless they are in the queue", () => {
    const progress = github.progress(on, "planning", "issue");
    expect(decide()).toMatchObject({ lookAgainAt: "2026-03-01T13:10:10.000Z" });
    github.wait(30 * 60).edit(progress, bot, progress.body);
    github.wait(69 * 60);
    expect(told()).toEqual([]);
    github.wait(60);
    expect(told()).toEqual(["no-progress"]);
    live.add(task0());
    expect(told()).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    ["a plan", () => github.plan(on)],
    ["a result", () => github.result(on, "planning", "issue", "failed", "idle")],
  ])("are not told when %s stands", (_, change) => {
    github.progress(on, "planning", "issue");
    change();
    github.wait(100 * 60);
    expect(told()).toEqual([]);
  });

  test("are not told when the run ended well and its plan was deleted; /plan makes another", () => {
    const plan = github.progress(on, "planning", "issue");
    plan.body = plan.body.replace(/\} -->/, ',"record":{"state":"closed","outcome":"done","attempts":1}} -->');
    github.wait(100 * 60);
    expect([stage(), told()]).toEqual([undefined, []]);
    say("/plan");
    expect([stage(), told()]).toEqual(["planning", []]);
  });

  const task0 = () => /"taskId":"([^"]+)"/.exec(on.comments[0]?.body ?? "")?.[1] ?? "";
});
