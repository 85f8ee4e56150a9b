/** What came of one call, the same in both dialects. */
export interface Outcome {
  /** True when the command ended with 0, or the tool did what it was asked. */
  readonly ok: boolean;
  /** Undefined when nothing ran (refused by the sandbox, no such tool). */
  readonly exitCode: number | undefined;
  /** What the command printed, both streams in one. */
  readonly stdout: string;
  /** Why nothing ran. */
  readonly error: string | undefined;
  /** True when Codex cut the output. */
  readonly truncated: boolean;
}

/** A command that goes on: a session to be asked by `write_stdin`, or a cell of JavaScript to be asked by `wait`. */
export interface Running {
  readonly kind: "session" | "cell";
  readonly id: string;
}

/** An outcome without a command: what a tool answers that was not offered, or that works at once. */
export const outcomeOf = (ok: boolean, text = ""): Outcome => ({
  ok,
  exitCode: undefined,
  stdout: ok ? text : "",
  error: ok ? undefined : text,
  truncated: false,
});

const CUT = /Warning: truncated output/;

/**
 * Reads the output of a call from the text parts that Codex sends back. Four forms (Codex 0.169): a cell of JavaScript
 * (`Script completed | failed | running with cell ID n`), a command (`Process exited with code n | running with session
 * ID n`), a patch (`Exit code: n`), and a bare sentence when the call was refused.
 */
export function readOutcome(parts: readonly string[]): { outcome: Outcome; running: Running | undefined } {
  const text = parts.join("");
  const cell = /^Script running with cell ID (\S+)/.exec(text)?.[1];
  if (cell !== undefined) return { outcome: outcomeOf(true, afterHeader(text)), running: { kind: "cell", id: cell } };
  if (/^Script (completed|failed)/.test(text))
    return { outcome: readScript(text, afterHeader(text)), running: undefined };
  const session = /^Process running with session ID (\d+)$/m.exec(headerOf(text))?.[1];
  const exitCode = /^(?:Process exited with code|Exit code:) (-?\d+)$/m.exec(headerOf(text))?.[1];
  if (session !== undefined || exitCode !== undefined) {
    const stdout = afterHeader(text);
    const code = exitCode === undefined ? undefined : Number(exitCode);
    const outcome = { ok: code === 0, exitCode: code, stdout, error: undefined, truncated: CUT.test(stdout) };
    return { outcome, running: session === undefined ? undefined : { kind: "session", id: session } };
  }
  // The plan tool answers in a bare sentence too, when all is well.
  return { outcome: outcomeOf(text === "Plan updated", text), running: undefined };
}

const OUTPUT = "\nOutput:\n";
const headerOf = (text: string): string => text.split(OUTPUT, 1)[0] ?? "";
const afterHeader = (text: string): string => {
  const start = text.indexOf(OUTPUT);
  return start < 0 ? "" : text.slice(start + OUTPUT.length);
};

/** Our own JavaScript (tool-items.ts) prints one line of JSON, exit code first so that it survives a cut. */
function readScript(text: string, printed: string): Outcome {
  if (text.startsWith("Script failed")) return outcomeOf(false, printed.replace(/^Script error:\n/, "").trim());
  try {
    const result: unknown = JSON.parse(printed);
    if (typeof result === "object" && result !== null && "exitCode" in result && "stdout" in result) {
      const { exitCode, stdout } = result;
      const code = typeof exitCode === "number" ? exitCode : undefined;
      return {
        ok: code === 0,
        exitCode: code,
        stdout: String(stdout),
        error: undefined,
        truncated: CUT.test(String(stdout)),
      };
    }
    return outcomeOf(true, printed);
  } catch {
    // Not our JSON: cut by Codex, or printed by another script.
    const exitCode = /\{"exitCode":(-?\d+)/.exec(printed)?.[1];
    if (exitCode === undefined) return outcomeOf(true, printed);
    return { ok: exitCode === "0", exitCode: Number(exitCode), stdout: printed, error: undefined, truncated: true };
  }
}
