import type { PipelineEvent, Told } from "../event.ts";

/** For tests: one issue from its opening to its pull request, as events. */
const issue = {
  repository: "octo/hello",
  issueNumber: 12,
  issueUrl: "https://github.example.org/octo/hello/issues/12",
  title: "Greet in French",
};
export const planning = { ...issue, taskId: "codex-planning-12-0123456789abcdef", stage: "planning" } as const;
export const implementation = {
  ...issue,
  taskId: "codex-implementation-12-0123456789abcdef",
  stage: "implementation",
} as const;

export const usage = {
  model: "gpt-6.1-sol",
  requests: 3,
  inputTokens: 12_000,
  cachedInputTokens: 8_000,
  outputTokens: 345,
  estimated: false,
  seconds: 12,
  cost: "0.0231 USD",
};
export const noUsage = { ...usage, requests: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

/** The first event happens at 12:00:00; each says how many seconds after the one before it happens. */
export const start = Date.parse("2026-01-05T12:00:00Z");
export function timed(events: readonly (readonly [number, Told])[]): PipelineEvent[] {
  let now = start;
  return events.map(([seconds, told]) => {
    now += seconds * 1_000;
    return { ...told, at: new Date(now).toISOString() } as PipelineEvent;
  });
}

const progress = { event: "progress", taskId: planning.taskId, phase: "working", usage } as const;
const steps = (...done: boolean[]) =>
  ["Read the code", "Think", "Answer"].map((text, index) => ({ text, done: done[index] ?? false }));
export const planUrl = `${issue.issueUrl}#issuecomment-7`;
export const pullUrl = "https://github.example.org/octo/hello/pull/13";

export const ready: Told = {
  event: "ready",
  format: 1,
  account: "codex-automation",
  approvers: ["octo", "cat"],
  repositories: ["octo/hello"],
  backlog: [],
};

export const story = timed([
  [0, ready],
  [1, { event: "queued", ...planning }],
  [1, { event: "started", ...planning, try: 1 }],
  [0, { event: "attempt", taskId: planning.taskId, number: 1 }],
  [3, { ...progress, todo: [], usage: noUsage }],
  [1, { ...progress, activity: "thinking", todo: steps(), usage: noUsage }],
  [1, { ...progress, activity: "reading", todo: steps(), usage: noUsage }],
  [12, { ...progress, activity: "running", todo: steps() }],
  [1, { ...progress, activity: "running", todo: steps(true) }],
  [1, { event: "log", level: "warn", message: "GitHub answers slowly", fields: { seconds: 3 } }],
  [1, { event: "retry", taskId: planning.taskId, seconds: 10, code: "model-unavailable", reason: "The model is away" }],
  [10, { event: "attempt", taskId: planning.taskId, number: 2 }],
  [2, { ...progress, activity: "answering", todo: steps(true, true) }],
  [1, { ...progress, phase: "publishing", todo: [] }],
  [1, { ...progress, phase: "ended", todo: [] }],
  [
    1,
    {
      event: "ended",
      ...planning,
      outcome: "done",
      url: planUrl,
      summary: "The plan is there",
      next: { text: "Read the plan, and react to it with 👍.", url: planUrl },
    },
  ],
  [1, { event: "plan-waiting", ...issue, url: planUrl }],
  [60, { event: "queued", ...implementation }],
  [1, { event: "started", ...implementation, try: 2 }],
  [
    9,
    {
      event: "ended",
      ...implementation,
      outcome: "failed",
      code: "push-refused",
      detail: "a rule of the repository",
      summary: "GitHub refused the push",
      next: { text: "See the reason given, then comment /retry.", url: issue.issueUrl },
    },
  ],
  [1, { event: "dropped", key: "octo/hello#1", reason: "✖ Invalid input" }],
  [1, { event: "issue-closed", repository: "octo/hello", issueNumber: 12 }],
  [1, { event: "stopping", reason: "Ctrl-C", underWay: [] }],
  [1, { event: "stopped" }],
]);

/** Texts of people and models that would do something to a terminal that took them as they are. */
export const hostileTexts: [string, string][] = [
  ["colours", "\u001b[31mred\u001b[0m"],
  ["a clear screen", "\u001b[2J\u001b[H"],
  ["a title", "\u001b]0;owned\u0007"],
  ["a hyperlink", "\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007"],
  ["a one-byte CSI", "\u009b2J"],
  ["a device's answer", "\u001b[6n\u001bP$q\u001b\\"],
  ["line breaks", "one\ntwo\r\nthree\rfour\u2028five\u0085six\u000bseven\u000ceight"],
  ["backspaces", "safe\b\b\b\bevil"],
  ["tabs", "a\tb"],
  ["NUL and DEL", "a\u0000b\u007fc"],
  ["bidirectional text", "\u202eevil\u202c \u2066x\u2069 \u200f"],
  ["nothing to see", "a\u200b\u200d\ufeff\u{e0041}b\u00ad"],
  ["a pile of marks", `Z${"\u0301".repeat(500)}algo`],
  ["half a pair", "\ud83d"],
  ["private use", "\ue000\u{10ffff}"],
  ["very much", "x".repeat(100_000)],
];

/** A line in which nothing moves a cursor, changes a mode, turns the direction, or cannot be seen. */
export const harmless = /^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]*$/u;
