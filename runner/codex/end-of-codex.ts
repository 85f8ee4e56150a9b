import type { FailureCode } from "@froussard/contract";
import type { CodexState } from "./codex-events.ts";

export interface CodexExit {
  /** Null when Codex could not be started or was ended by a signal. */
  exitCode: number | null;
  startError?: Error | undefined;
  /** Which of our limits ended it. */
  stopped?: "deadline-exceeded" | "idle" | undefined;
  /** Its last message, when it wrote one. */
  answer?: string | undefined;
  state: CodexState;
  stderrTail: string;
}

/**
 * What an exit of Codex means. Exit code 0 alone means nothing: Codex also ends so when every command failed, or when
 * there was no answer. The mediator knows better why the model failed; this is the agent's view. Pure.
 */
export function endOfCodex(exit: CodexExit): { answer: string } | { code: FailureCode; detail: string } {
  const { exitCode, startError, stopped, answer, state, stderrTail } = exit;
  if (startError)
    return { code: "agent-failed", detail: `codex could not be started: ${cleanLine(startError.message)}` };
  if (stopped === "deadline-exceeded") return { code: stopped, detail: "codex was stopped at its deadline" };
  if (stopped === "idle") return { code: stopped, detail: "codex gave no sign of life and was stopped" };
  if (state.commands > 0 && state.sandboxFailures === state.commands)
    return { code: "sandbox-failed", detail: `${state.commands} of ${state.commands} commands failed in the sandbox` };
  if (exitCode === null || signalExits.includes(exitCode))
    return { code: "agent-lost", detail: "codex was ended by a signal" };
  if (exitCode !== 0) {
    const reason = cleanLine(messageOf(state.error) ?? lastLine(stderrTail)) || "no reason given";
    return { code: "agent-failed", detail: `codex ended with exit code ${exitCode}: ${reason}` };
  }
  if (!state.turnCompleted || answer === undefined || answer.trim() === "")
    return { code: "agent-failed", detail: "codex ended without an answer" };
  return { answer };
}

/** 128 + SIGHUP, SIGKILL, SIGTERM: what Codex itself, or a shell in between, makes of a signal. */
const signalExits = [129, 137, 143];

/** An error may be the API's whole answer; then its message is what counts. */
function messageOf(error: string | undefined): string | undefined {
  const message = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(error ?? "")?.[1];
  return message === undefined ? error : String(JSON.parse(message));
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

/** One bounded line without control characters. */
function cleanLine(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
    .trim()
    .slice(0, 300);
}
