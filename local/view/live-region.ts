import { stripVTControlCharacters } from "node:util";
import { wrapToWidth } from "./terminal-text.ts";

/** The part of a terminal that is drawn again and again, below everything that was written for good. */
export interface LiveRegion {
  /** Replaces the lines that stand there. Each is at most as wide as the terminal. */
  draw(lines: readonly string[]): void;
  /** Writes lines for good, above. They may be of any length: the terminal wraps them, so that addresses stay whole. */
  print(lines: readonly string[], below: readonly string[]): void;
  /** Takes the lines away and gives the cursor back. */
  close(): void;
}

/** What is needed of a terminal's stream. */
export interface Terminal {
  readonly columns: number;
  write(text: string): unknown;
}

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
/** So that a terminal that knows it shows a frame at once, and not its half. Others ignore it. */
const [beginFrame, endFrame] = ["\u001b[?2026h", "\u001b[?2026l"];

export function createLiveRegion(terminal: Terminal): LiveRegion {
  let shown: readonly string[] = [];
  let closed = false;
  terminal.write(hideCursor);

  /** Lines that were drawn wider than the terminal is now were wrapped by it into several. */
  function erased(): string {
    const width = Math.max(1, terminal.columns);
    const rows = shown.reduce(
      (sum, line) => sum + Math.max(1, wrapToWidth(stripVTControlCharacters(line), width).length),
      0,
    );
    return `\r${rows > 0 ? `\u001b[${rows}A` : ""}\u001b[0J`;
  }

  function write(text: string, below: readonly string[]): void {
    if (closed) return;
    const frame = below.map((line) => `${line}\n`).join("");
    terminal.write(`${beginFrame}${erased()}${text}${frame}${endFrame}`);
    shown = below;
  }

  return {
    draw(lines) {
      write("", lines);
    },
    print(lines, below) {
      write(lines.map((line) => `${line}\n`).join(""), below);
    },
    close() {
      if (closed) return;
      write("", []);
      closed = true;
      terminal.write(showCursor);
    },
  };
}
