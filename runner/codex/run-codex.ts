import type { ChildProcessByStdio, SpawnOptions } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { FailureCode } from "@froussard/contract";
import { readBoundedLines } from "../bounded-lines.ts";
import type { CodexUsage } from "../protocol.ts";
import { readPlainFile } from "../read-plain-file.ts";
import { type CodexState, initialCodexState, parseCodexEvent, reduceCodexEvent } from "./codex-events.ts";
import { endOfCodex } from "./end-of-codex.ts";

export type CodexProcess = ChildProcessByStdio<Writable, Readable, Readable>;
export type SpawnCodex = (
  program: string,
  args: readonly string[],
  options: SpawnOptions & { stdio: ["pipe", "pipe", "pipe"] },
) => CodexProcess;

export interface CodexRun {
  program: string;
  args: readonly string[];
  /** Exactly what Codex may see. */
  env: Record<string, string>;
  workspace: string;
  prompt: string;
  /** The `-o` file of the arguments. */
  answerFile: string;
  deadlineMs: number;
  /** Longest time without an event, one that tells of a new try apart, and without a byte from the model. */
  idleMs: number;
  /** Between SIGTERM and SIGKILL. @default 5_000 */
  killGraceMs?: number;
  signal: AbortSignal;
  onState(state: CodexState): void;
  /** Ends what has left Codex's process group; called as soon as Codex itself has ended. */
  endOthers?(): void;
  /** Is called with a function that other signs of life (bytes from the model) call. */
  onSignOfLife?(touch: () => void): void;
}

/** Codex's longest events hold a command's output, which it cuts at far less. Characters. */
const longestLine = 16 * 1024 * 1024;
/** Bytes. */
const longestAnswer = 16 * 1024 * 1024;
/** What was written before Codex ended is read within that time. Milliseconds. */
const streamGraceMs = 2_000;

export type CodexEnd = { usage?: CodexUsage; state: CodexState; stderrTail: string } & (
  | { answer: string }
  | { code: FailureCode; detail: string }
);

/**
 * Runs Codex once, in its own process group, and says how it ended.
 * @throws the signal's reason when it was aborted; the process group is gone by then.
 */
export async function runCodex(run: CodexRun, spawn: SpawnCodex): Promise<CodexEnd> {
  run.signal.throwIfAborted();
  if (readAnswer(run.answerFile) !== undefined)
    throw new Error(`answer file ${run.answerFile} exists already; codex would leave it there on a failure`);
  const child = spawn(run.program, run.args, {
    cwd: run.workspace,
    env: run.env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const exited = new Promise<{ exitCode: number | null; startError?: Error }>((resolve) => {
    child.once("error", (startError) => resolve({ exitCode: null, startError }));
    child.once("close", (exitCode) => resolve({ exitCode }));
  });
  // What the agent's commands left running ends with Codex: it would keep the streams open, and go on changing files.
  child.once("exit", () => {
    killGroup(child, "SIGKILL");
    run.endOthers?.();
    closing = setTimeout(() => [child.stdout, child.stderr].map((stream) => stream.destroy()), streamGraceMs);
  });

  let stopped: "deadline-exceeded" | "idle" | undefined;
  let closing: NodeJS.Timeout | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (reason?: "deadline-exceeded" | "idle") => {
    if (killTimer) return;
    stopped = reason;
    killGroup(child, "SIGTERM");
    killTimer = setTimeout(() => killGroup(child, "SIGKILL"), run.killGraceMs ?? 5_000);
  };
  const onAbort = () => stop();
  run.signal.addEventListener("abort", onAbort, { once: true });
  const deadline = setTimeout(() => stop("deadline-exceeded"), run.deadlineMs);
  let idle = setTimeout(() => stop("idle"), run.idleMs);
  const touch = () => {
    clearTimeout(idle);
    if (!killTimer) idle = setTimeout(() => stop("idle"), run.idleMs);
  };
  run.onSignOfLife?.(touch);

  let state = initialCodexState;
  readBoundedLines(child.stdout, longestLine, (line) => {
    const event = parseCodexEvent(line);
    if (!event) return;
    // Trying again is no progress: Codex might do so for ever.
    if (event.type !== "error") touch();
    const next = reduceCodexEvent(state, event);
    if (next !== state) run.onState(next);
    state = next;
  });
  let stderrTail = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderrTail = (stderrTail + text).slice(-4_000);
  });
  // Codex may end before it has read all of its input; its exit code tells the rest.
  child.stdin.on("error", () => {});
  child.stdin.end(run.prompt);

  try {
    const { exitCode, startError } = await exited;
    run.signal.throwIfAborted();
    const answer = exitCode === 0 ? readAnswer(run.answerFile) : undefined;
    const end = endOfCodex({ exitCode, startError, stopped, answer, state, stderrTail });
    return { ...end, state, stderrTail, ...(state.usage && { usage: state.usage }) };
  } finally {
    run.signal.removeEventListener("abort", onAbort);
    for (const timer of [deadline, idle, killTimer, closing]) clearTimeout(timer);
  }
}

function killGroup(child: CodexProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // ESRCH: the whole group has ended, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Undefined when there is none. One that cannot be an answer counts as empty: a link, a pipe, or gigabytes. */
function readAnswer(file: string): string | undefined {
  const found = readPlainFile(file, longestAnswer);
  if (found === "absent") return undefined;
  return typeof found === "string" ? "" : found.content.toString("utf8");
}
