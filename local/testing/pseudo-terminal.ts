import { type IPty, spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { expect } from "vitest";

/** For tests: a program on a real pseudo terminal, and the screen that a person would see. */
export interface PseudoTerminal {
  /** Everything that can be scrolled to, without styles; a line that the terminal itself wrapped is one line. */
  text(): string;
  /** The rows of the window alone, as they stand. */
  window(): string[];
  /** Every byte that the program wrote. */
  raw(): string;
  isCursorHidden(): boolean;
  resize(columns: number, rows: number): void;
  /** `\u0003` is Ctrl-C. */
  press(keys: string): void;
  /** Resolves when the text shows this. */
  shows(what: string | RegExp, timeoutMs?: number): Promise<void>;
  readonly pid: number;
  /** Resolves with the exit code, when all of its output is on the screen. */
  readonly ended: Promise<number>;
  kill(): void;
}

export interface PseudoTerminalOptions {
  program: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  columns?: number;
  rows?: number;
}

export function startPseudoTerminal(options: PseudoTerminalOptions): PseudoTerminal {
  const { program, args, env, columns = 80, rows = 24 } = options;
  const screen = new xterm.Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  const child: IPty = spawn(program, [...args], { cols: columns, rows, env: { TERM: "xterm-256color", ...env } });
  let raw = "";
  let cursorHidden = false;
  const isPrivateMode25 = (parameters: readonly (number | number[])[]) => parameters.includes(25);
  screen.parser.registerCsiHandler({ prefix: "?", final: "l" }, (given) => {
    if (isPrivateMode25(given)) cursorHidden = true;
    return false;
  });
  screen.parser.registerCsiHandler({ prefix: "?", final: "h" }, (given) => {
    if (isPrivateMode25(given)) cursorHidden = false;
    return false;
  });
  child.onData((chunk) => {
    raw += chunk;
    screen.write(chunk);
  });
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => screen.write("", () => resolve(exitCode)));
  });
  const text = () => {
    const { active } = screen.buffer;
    const lines: string[] = [];
    for (let index = 0; index < active.length; index++) {
      const line = active.getLine(index);
      const shown = line?.translateToString(true) ?? "";
      if (line?.isWrapped && lines.length > 0) lines[lines.length - 1] += shown;
      else lines.push(shown);
    }
    return lines.join("\n").trimEnd();
  };
  return {
    text,
    window: () => {
      const { active } = screen.buffer;
      return Array.from({ length: screen.rows }, (_, row) =>
        (active.getLine(active.baseY + row)?.translateToString(true) ?? "").trimEnd(),
      );
    },
    raw: () => raw,
    isCursorHidden: () => cursorHidden,
    resize(newColumns, newRows) {
      screen.resize(newColumns, newRows);
      child.resize(newColumns, newRows);
    },
    press: (keys) => child.write(keys),
    shows: async (what, timeoutMs = 30_000) => {
      await expect.poll(text, { timeout: timeoutMs, interval: 20 }).toMatch(what);
    },
    pid: child.pid,
    ended,
    kill: () => child.kill("SIGKILL"),
  };
}
