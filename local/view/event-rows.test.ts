import { describe, expect, test } from "vitest";
import { eventSchema, type PipelineEvent } from "./event.ts";
import { eventRows } from "./event-rows.ts";
import { paintRow } from "./row.ts";
import { harmless, hostileTexts, noUsage, planning, story, timed } from "./testing/story.ts";
import { emptyState, reduce } from "./view-state.ts";

/** Everything that is written for good while these events happen. */
function written(events: readonly PipelineEvent[], live: boolean): string[] {
  let state = emptyState;
  return events.flatMap((event) => {
    const rows = eventRows(event, state, { live });
    state = reduce(state, event);
    return rows.map((row) => paintRow(row, { colour: false }));
  });
}

test("where nobody watches, one line a change", () => {
  expect(written(story, false).join("\n")).toMatchInlineSnapshot(`
    "12:00:00 at work on octo/hello as codex-automation; plans are approved by octo, cat
    12:00:01 octo/hello#12 planning: is in the queue: Greet in French
    12:00:02 octo/hello#12 planning: started: Greet in French
    12:00:05 octo/hello#12 planning: the sandbox is being set up
    12:00:19 octo/hello#12 planning: Codex runs a command, 12,345 tokens, 0.0231 USD
    12:00:20 octo/hello#12 planning: ✔ Read the code
    12:00:21 warning: GitHub answers slowly (seconds=3)
    12:00:22 octo/hello#12 planning: is tried again in 10 s: The model is away
    12:00:32 octo/hello#12 planning: attempt 2
    12:00:34 octo/hello#12 planning: ✔ Think
    12:00:34 octo/hello#12 planning: Codex writes its answer, 12,345 tokens, 0.0231 USD
    12:00:35 octo/hello#12 planning: Codex is done; the plan is being posted, 12,345 tokens, 0.0231 USD
    12:00:37 ✔ octo/hello#12 planning: The plan is there after 35 s, 12,345 tokens, 0.0231 USD → Read the plan, and react to it with 👍. https://github.example.org/octo/hello/issues/12#issuecomment-7
    12:01:38 octo/hello#12 implementation: is in the queue: Greet in French
    12:01:39 octo/hello#12 implementation: started, try 2: Greet in French
    12:01:48 ✖ octo/hello#12 implementation: GitHub refused the push (push-refused: a rule of the repository) after 9 s → See the reason given, then comment /retry. https://github.example.org/octo/hello/issues/12
    12:01:49 warning: a message in the queue was no task and is dropped (✖ Invalid input)
    12:01:50 octo/hello#12 is closed
    12:01:51 ending (Ctrl-C)
    12:01:52 ended; started again, it goes on where it was"
  `);
});

test("above a live view, only what has ended, warnings, and the end", () => {
  expect(written(story, true).join("\n")).toMatchInlineSnapshot(`
    "12:00:00 at work on octo/hello as codex-automation; plans are approved by octo, cat
    12:00:21 warning: GitHub answers slowly (seconds=3)
    12:00:37 ✔ octo/hello#12 planning: The plan is there after 35 s, 12,345 tokens, 0.0231 USD
             → Read the plan, and react to it with 👍.
             https://github.example.org/octo/hello/issues/12#issuecomment-7
    12:01:48 ✖ octo/hello#12 implementation: GitHub refused the push (push-refused: a rule of the repository) after 9 s
             → See the reason given, then comment /retry.
             https://github.example.org/octo/hello/issues/12
    12:01:49 warning: a message in the queue was no task and is dropped (✖ Invalid input)
    12:01:51 ending (Ctrl-C)
    12:01:52 ended; started again, it goes on where it was"
  `);
});

test("a demo, which keeps nothing, promises no other start", () => {
  const urls = {
    github: "http://127.0.0.1:1",
    model: "http://127.0.0.1:2",
    issuesUrl: "http://127.0.0.1:1/o/r/issues",
  };
  const events = timed([
    [0, { event: "simulated", ...urls, maintainer: "octo" }],
    [1, { event: "stopped" }],
  ]);
  expect(written(events, true)).toEqual(["12:00:01 ended"]);
});

test("the story is made of events that the schema knows", () => {
  for (const event of story) expect(eventSchema.parse(event)).toEqual(event);
});

describe("hostile text in events", () => {
  test.each(hostileTexts)("%s moves no cursor, from wherever it comes", (_, text) => {
    const task = { ...planning, title: text, issueUrl: text };
    const { taskId } = planning;
    const progress = { event: "progress", taskId, phase: "working", usage: noUsage } as const;
    const events = timed([
      [0, { event: "queued", ...task }],
      [0, { event: "started", ...task, try: 1 }],
      [0, { ...progress, todo: [] }],
      [0, { ...progress, todo: [{ text, done: true }] }],
      [0, { event: "retry", taskId, seconds: 1, reason: text }],
      [0, { event: "plan-waiting", ...task, url: text }],
      [0, { event: "log", level: "error", message: text, fields: { [text]: text, err: { message: text } } }],
      [0, { event: "dropped", key: text, reason: text }],
      [
        0,
        {
          ...{ event: "ended", ...task, outcome: "failed", code: "internal", detail: text, summary: "It failed" },
          next: { text, url: text },
        },
      ],
      [0, { event: "stopping", reason: text, underWay: [taskId] }],
    ]);
    const lines = [...written(events, false), ...written(events, true)];
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line).toMatch(harmless);
  });
});
