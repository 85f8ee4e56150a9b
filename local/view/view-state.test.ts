import { describe, expect, test } from "vitest";
import type { Told } from "./event.ts";
import { implementation, planning, planUrl, ready, story, timed } from "./testing/story.ts";
import { emptyState, reduce, type ViewState } from "./view-state.ts";

const after = (...told: Told[]): ViewState => timed(told.map((each) => [1, each])).reduce(reduce, emptyState);
const waits = (state: ViewState) => [...state.waiting.values()].map(({ next }) => next.url);
const tasks = (state: ViewState) => [...state.tasks.values()].map(({ stage, state: is }) => `${stage} ${is}`);

const { repository, issueNumber } = planning;
const started: Told = { event: "started", ...planning, try: 1 };
const planWaits: Told = { event: "plan-waiting", ...planning, url: planUrl };
const ended = (outcome: "done" | "failed", of: typeof planning | typeof implementation = planning): Told => ({
  ...{ event: "ended", ...of, outcome, summary: "It ended" },
  next: { text: "Do something.", url: outcome === "done" ? planUrl : planning.issueUrl },
});
const closed: Told = { event: "issue-closed", repository, issueNumber };
const gone: Told = { event: "plan-gone", repository, issueNumber };

describe("what an issue waits for", () => {
  test.each<[string, Told[], string[]]>([
    ["nothing at first", [ready], []],
    ["the plan, when it is there", [started, ended("done")], [planUrl]],
    ["the plan, once, when the loop finds it too", [started, ended("done"), planWaits], [planUrl]],
    ["the plan of an earlier start", [planWaits], [planUrl]],
    ["nothing more, when the plan is gone", [planWaits, gone], []],
    ["nothing more, when it is closed", [planWaits, closed], []],
    ["nothing, while it is worked on", [planWaits, { event: "started", ...implementation, try: 1 }], []],
    ["what a failure asks for", [started, ended("failed")], [planning.issueUrl]],
    ["still that, when another plan is gone", [started, ended("failed"), gone], [planning.issueUrl]],
    ["nothing after a failure, when it is closed", [started, ended("failed"), closed], []],
  ])("%s", (_, told, expected) => {
    expect(waits(after(...told))).toEqual(expected);
  });
});

describe("tasks", () => {
  const { taskId } = planning;
  test.each<[string, Told[], string[]]>([
    ["wait in the queue", [{ event: "queued", ...planning }], ["planning queued"]],
    ["run", [{ event: "queued", ...planning }, started], ["planning running"]],
    ["are tried again", [started, { event: "retry", taskId, seconds: 9, reason: "" }], ["planning retrying"]],
    [
      "run again",
      [started, { event: "retry", taskId, seconds: 9, reason: "" }, { event: "attempt", taskId, number: 2 }],
      ["planning running"],
    ],
    ["are gone when they end", [started, ended("done")], []],
    ["are gone when they are handed back", [started, { event: "handed-back", taskId }], []],
    ["are not made by news about them", [{ event: "attempt", taskId, number: 1 }], []],
  ])("%s", (_, told, expected) => {
    expect(tasks(after(...told))).toEqual(expected);
  });

  test("of an earlier start are counted until they are taken up", () => {
    const early: Told = { ...ready, backlog: [planning.taskId, implementation.taskId] } as Told;
    expect(after(early).backlog.size).toBe(2);
    expect(after(early, started).backlog.size).toBe(1);
  });
});

test("an event changes nothing of the state before it", () => {
  let state = emptyState;
  for (const event of story) {
    const before = structuredClone(state);
    const next = reduce(state, event);
    expect(state).toEqual(before);
    state = next;
  }
  expect(state.tasks.size).toBe(0);
  expect(state.waiting.size).toBe(0);
});
