import { commitPattern, failureCodes, outcomes, stages, taskIdPattern } from "@froussard/contract";
import * as z from "zod";

/**
 * What mediator and agent say to each other over HTTP (design §5). Every call carries the run's bearer.
 *
 * - `GET /task` → {@link taskAnswer}
 * - `GET /workspace` → a pack of the base commit, its trees and its files: the length of git's index of it (32 bits, most
 *   significant byte first), the index, the pack
 * - `POST /progress` ← {@link progressReport}, 204
 * - `POST /result` ← {@link runResult}, once → {@link taskAnswer} (`closed`)
 * - `POST /v1/responses`, `POST /v1/alpha/search`: the model
 * - `CONNECT <host>:<port>`: a tunnel to a listed host; its bearer is a proxy's, `Proxy-Authorization`
 */
export const paths = {
  task: "/task",
  workspace: "/workspace",
  progress: "/progress",
  result: "/result",
  responses: "/v1/responses",
  search: "/v1/alpha/search",
} as const;

/** `require`: Codex's own sandbox must work. `pod`: the pod is the sandbox and Codex's own is bypassed. */
export const sandboxPolicies = ["require", "pod"] as const;
export type SandboxPolicy = (typeof sandboxPolicies)[number];

export const reasoningEfforts = ["minimal", "low", "medium", "high", "xhigh", "max", "ultra"] as const;
export const webSearchModes = ["disabled", "cached", "live"] as const;
export type WebSearchMode = (typeof webSearchModes)[number];

/** How Codex is to be called; validated settings, nothing from an issue. */
export const codexSettings = z.object({
  model: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$/),
  effort: z.enum(reasoningEfforts),
  webSearch: z.enum(webSearchModes),
  sandbox: z.enum(sandboxPolicies),
});
export type CodexSettings = z.infer<typeof codexSettings>;

const work = z.object({
  state: z.literal("work"),
  taskId: z.string().regex(taskIdPattern),
  stage: z.enum(stages),
  prompt: z.string().min(1).max(1_048_576),
  /** What the working copy is made of, and what changes are counted from. */
  baseCommit: z.string().regex(commitPattern),
  /** JSON Schema that Codex is told to answer in. */
  outputSchema: z.record(z.string(), z.unknown()),
  codex: codexSettings,
  /** Whole time that Codex may take, and the longest silence of its event stream. Milliseconds. */
  deadlineMs: z.int().positive(),
  idleMs: z.int().positive(),
  /** Commands may open connections to some hosts, by CONNECT through the mediator. */
  egress: z.literal(true).optional(),
});
export type Work = z.infer<typeof work>;

const closed = z.object({
  state: z.literal("closed"),
  outcome: z.enum(outcomes),
  code: z.enum(failureCodes).optional(),
  detail: z.string().optional(),
  /** Nothing was posted or pushed, and nothing is to be told on GitHub. */
  dryRun: z.literal(true).optional(),
  /** It is not done, and another attempt would come to the same. */
  final: z.literal(true).optional(),
});
export type Closed = z.infer<typeof closed>;

/** `work` is what to do; `closed` says that there is nothing (more) to do, and why. */
export const taskAnswer = z.discriminatedUnion("state", [work, closed]);
export type TaskAnswer = z.infer<typeof taskAnswer>;

/** What the canary looks at before a run costs anything, from where the model's commands will run. */
export const sandboxChecks = [
  "codex-sandbox",
  "clean-environment",
  "other-processes",
  "private-files",
  "private-sockets",
  "service-account",
  "mediator",
  "network",
  "metadata-address",
  "writable-folders",
  "root-file-system",
  "privileges",
  "devices",
] as const;
export type SandboxCheck = (typeof sandboxChecks)[number];

/** What the canary found to hold; what it could not show is told as that. A proof that fails ends the run instead. */
export const sandboxProof = z.strictObject({
  policy: z.enum(sandboxPolicies),
  proven: z.array(z.enum(sandboxChecks)).max(sandboxChecks.length),
  unproven: z.array(z.enum(sandboxChecks)).max(sandboxChecks.length),
});
export type SandboxProof = z.infer<typeof sandboxProof>;

export const activities = ["starting", "thinking", "reading", "running", "editing", "searching", "answering"] as const;
export type Activity = (typeof activities)[number];

/** An enumerated activity and a bounded todo list; the mediator renders them as inert text. */
export const progressReport = z.strictObject({
  activity: z.enum(activities),
  todo: z.array(z.strictObject({ text: z.string().max(200), done: z.boolean() })).max(20),
  /** Sent once, before Codex starts. The agent's own word: with policy `pod` a command could send it as well. */
  sandbox: sandboxProof.optional(),
});
export type ProgressReport = z.infer<typeof progressReport>;

export const fileModes = ["100644", "100755"] as const;

/** Longest path of a change. Characters as JavaScript counts them. */
export const maxPathLength = 1_000;

/** One path against the base commit. Content is base64 of the bytes on disk; not a patch text, on purpose. */
export const change = z.union([
  z.strictObject({ path: z.string().min(1).max(maxPathLength), mode: z.enum(fileModes), content: z.base64() }),
  z.strictObject({ path: z.string().min(1).max(maxPathLength), deleted: z.literal(true) }),
]);
export type Change = z.infer<typeof change>;

/** Codex's own account of tokens, from its `turn.completed` event; cumulative over the thread. */
export const codexUsage = z.object({
  input_tokens: z.int().nonnegative(),
  cached_input_tokens: z.int().nonnegative().default(0),
  output_tokens: z.int().nonnegative(),
  reasoning_output_tokens: z.int().nonnegative().default(0),
});
export type CodexUsage = z.infer<typeof codexUsage>;

const usage = codexUsage.optional();
/** `plan` and `report` are checked by the mediator: a bad answer is a failure of the run, not of the request. */
export const runResult = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("plan"), plan: z.unknown(), usage }),
  z.strictObject({ kind: z.literal("changes"), report: z.unknown(), changes: z.array(change).max(10_000), usage }),
  z.strictObject({ kind: z.literal("failure"), code: z.enum(failureCodes), detail: z.string().max(500), usage }),
]);
export type RunResult = z.infer<typeof runResult>;
