import type { ChildProcessByStdio, SpawnOptions } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { FailureCode } from "@froussard/contract";
import type { CodexUsage } from "../protocol.ts";
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
  /** Longest time without an event and without a byte from the model. */
  idleMs: number;
  /** Between SIGTERM and SIGKILL. @default 5_000 */
  killGraceMs?: number;
  signal: AbortSignal;
  onState(state: CodexState): void;
  /** Is called with a function that other signs of life (bytes from the model) call. */
  onSignOfLife?(touch: () => void): void;
}

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
  if ((await readAnswer(run.answerFile)) !== undefined)
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

  let stopped: "deadline-exceeded" | "idle" | undefined;
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
  createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    touch();
    const event = parseCodexEvent(line);
    if (!event) return;
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
    // What the agent's commands left running in the group ends with Codex.
    killGroup(child, "SIGKILL");
    run.signal.throwIfAborted();
    const answer = exitCode === 0 ? await readAnswer(run.answerFile) : undefined;
    const end = endOfCodex({ exitCode, startError, stopped, answer, state, stderrTail });
    return { ...end, state, stderrTail, ...(state.usage && { usage: state.usage }) };
  } finally {
    run.signal.removeEventListener("abort", onAbort);
    for (const timer of [deadline, idle, killTimer]) clearTimeout(timer);
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

async function readAnswer(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
