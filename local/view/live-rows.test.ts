import { describe, expect, test } from "vitest";
import type { PipelineEvent, Told } from "./event.ts";
import { type Frame, liveRows } from "./live-rows.ts";
import { paintRow } from "./row.ts";
import { widthOf } from "./terminal-text.ts";
import {
  harmless,
  hostileTexts,
  implementation,
  planning,
  planUrl,
  ready,
  story,
  timed,
  usage,
} from "./testing/story.ts";
import { emptyState, reduce, type ViewState } from "./view-state.ts";

const stateAfter = (events: readonly PipelineEvent[]) => events.reduce(reduce, emptyState);
const wide: Omit<Frame, "now"> = { width: 79, height: 24 };
/** The lines half a second after the last event. */
function shown(events: readonly PipelineEvent[], frame = wide): string[] {
  const now = Date.parse(events.at(-1)?.at ?? "") + 500;
  return linesOf(stateAfter(events), { ...frame, now });
}
const linesOf = (state: ViewState, frame: Frame) =>
  liveRows(state, frame).map((row) => paintRow(row, { colour: false, width: frame.width }));

/** The story up to the first event that fits. */
function until(fits: (event: PipelineEvent) => boolean): PipelineEvent[] {
  return story.slice(0, story.findIndex(fits) + 1);
}

describe("what a person sees", () => {
  test("while it starts, and when there is nothing to do", () => {
    expect(linesOf(emptyState, { ...wide, now: 0 })).toEqual(["", "Starting … Ctrl-C ends it."]);
    expect(shown(story.slice(0, 1))).toEqual(["", "Open an issue in octo/hello.", "Ctrl-C ends it."]);
  });

  test("while Codex works", () => {
    expect(shown(until((event) => event.event === "progress" && event.todo[0]?.done === true))).toMatchInlineSnapshot(`
      [
        "",
        "▸ octo/hello#12 planning 18 s  Greet in French",
        "  Codex runs a command · step 2 of 3 · 12,345 tokens · 0.0231 USD",
        "    ✔ Read the code",
        "    ▸ Think",
        "    · Answer",
        "",
        "Ctrl-C ends it.",
      ]
    `);
  });

  test("while it waits for the next try", () => {
    expect(shown(until(({ event }) => event === "retry"))).toMatchInlineSnapshot(`
      [
        "",
        "▸ octo/hello#12 planning 20 s  Greet in French",
        "  is tried again in 10 s: The model is away",
        "",
        "Ctrl-C ends it.",
      ]
    `);
  });

  test("when the plan is there", () => {
    expect(shown(until(({ event }) => event === "plan-waiting"))).toMatchInlineSnapshot(`
      [
        "",
        "Waiting for you:",
        "  octo/hello#12  Greet in French",
        "  → Read the plan, and react to it with 👍.",
        "  https://github.example.org/octo/hello/issues/12#issuecomment-7",
        "",
        "Or open another issue in octo/hello.",
        "Ctrl-C ends it.",
      ]
    `);
  });

  test("when the plan is there, in forty columns", () => {
    const frame = { width: 39, height: 24 };
    expect(
      shown(
        until(({ event }) => event === "plan-waiting"),
        frame,
      ),
    ).toMatchInlineSnapshot(`
      [
        "",
        "Waiting for you:",
        "octo/hello#12  Greet in French",
        "→ Read the plan, and react to it with",
        "👍.",
        "https://github.example.org/octo/hello/i",
        "ssues/12#issuecomment-7",
        "",
        "Or open another issue in octo/hello.",
        "Ctrl-C ends it.",
      ]
    `);
  });

  test("when it failed, with something else in the queue and left from before", () => {
    const events = timed([
      [0, { ...ready, backlog: [implementation.taskId] } as Told],
      [1, { event: "started", ...planning, try: 1 }],
      [
        1,
        {
          ...{ event: "ended", ...planning, outcome: "failed", code: "model-refused", summary: "It was refused" },
          next: { text: "Check the key, then comment /retry.", url: planning.issueUrl },
        },
      ],
      [1, { event: "queued", ...planning, issueNumber: 14, taskId: "codex-planning-14-0123456789abcdef" }],
    ]);
    expect(shown(events)).toMatchInlineSnapshot(`
      [
        "",
        "· octo/hello#14 planning waits in the queue  Greet in French",
        "1 more task waits in the queue since an earlier start",
        "",
        "Waiting for you:",
        "  octo/hello#12  Greet in French",
        "  → Check the key, then comment /retry.",
        "  https://github.example.org/octo/hello/issues/12",
        "",
        "Ctrl-C ends it.",
      ]
    `);
  });

  test("in the demo, where to open an issue", () => {
    const simulated: Told = {
      ...{ event: "simulated", github: "http://127.0.0.1:1", model: "http://127.0.0.1:2", maintainer: "octo" },
      issuesUrl: "http://127.0.0.1:1/octo/hello/issues",
    };
    expect(
      shown(
        timed([
          [0, simulated],
          [0, ready],
        ]),
      ),
    ).toEqual(["", "Open an issue, as octo:", "http://127.0.0.1:1/octo/hello/issues", "Ctrl-C ends it."]);
  });

  test("that it ends, and how to end it at once", () => {
    const events = timed([
      [0, ready],
      [1, { event: "started", ...planning, try: 1 }],
      [1, { event: "stopping", reason: "Ctrl-C", underWay: [planning.taskId] }],
    ]);
    expect(shown(events).slice(-2)).toEqual([
      "Ending: a task is finished or written down.",
      "Ctrl-C again ends at once.",
    ]);
  });
});

describe("room", () => {
  const todo = Array.from({ length: 20 }, (_, index) => ({ text: `Step ${index + 1}: 日本語 👍`, done: index < 9 }));
  const many = timed([
    [0, { ...ready, backlog: [implementation.taskId] } as Told],
    ...Array.from({ length: 12 }, (_, index): [number, Told] => [
      1,
      { event: "plan-waiting", ...planning, issueNumber: 100 + index, url: planUrl },
    ]),
    ...Array.from({ length: 12 }, (_, index): [number, Told] => [
      1,
      {
        ...{ event: "started", ...planning, issueNumber: index + 1, try: 1 },
        taskId: `codex-planning-${index + 1}-0123456789abcdef`,
      },
    ]),
    [
      1,
      {
        event: "progress",
        taskId: "codex-planning-1-0123456789abcdef",
        phase: "working",
        activity: "editing",
        todo,
        usage,
      },
    ],
  ]);

  test.each([
    [79, 50],
    [79, 24],
    [79, 12],
    [79, 5],
    [79, 2],
    [39, 24],
    [39, 8],
    [20, 24],
    [9, 24],
    [1, 24],
    [1, 1],
    [300, 300],
  ])("%i columns and %i lines are never too few", (width, height) => {
    for (const events of [many, ...story.map((_, index) => story.slice(0, index + 1))]) {
      const lines = shown(events, { width, height });
      expect(lines.length).toBeLessThanOrEqual(Math.max(1, height - 1));
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(Math.max(width, 1));
    }
  });

  test("the steps around the one in hand stay, and the last line says how to end it", () => {
    const lines = shown(many.slice(0, 1).concat(many.slice(13, 14), many.slice(-1)), { width: 79, height: 14 });
    expect(lines.join("\n")).toContain("    ▸ Step 10");
    expect(lines.join("\n")).not.toContain("Step 20");
    expect(lines.at(-1)).toBe("Ctrl-C ends it.");
  });

  test("an address that is longer than a line is shown whole", () => {
    const lines = shown(
      until(({ event }) => event === "plan-waiting"),
      { width: 20, height: 24 },
    );
    expect(lines.join("")).toContain(planUrl);
  });
});

describe("hostile text", () => {
  test.each(hostileTexts)("%s moves no cursor, from wherever it comes", (_, text) => {
    const { taskId } = planning;
    const title = { ...planning, title: text };
    const states: (readonly [number, Told][])[] = [
      [[0, { event: "queued", ...title }]],
      [
        [0, { event: "started", ...title, try: 1 }],
        [0, { event: "progress", taskId, phase: "working", activity: "reading", todo: [{ text, done: false }], usage }],
      ],
      [
        [0, { event: "started", ...title, try: 1 }],
        [0, { event: "retry", taskId, seconds: 9, reason: text }],
      ],
      [[0, { event: "plan-waiting", ...title, url: text }]],
    ];
    for (const width of [79, 20])
      for (const told of states) {
        const lines = shown(timed([[0, ready], ...told]), { width, height: 30 });
        for (const line of lines) {
          expect(line).toMatch(harmless);
          expect(widthOf(line)).toBeLessThanOrEqual(width);
        }
      }
  });
});
