import type { Writable } from "node:stream";
import { visibleLine } from "@froussard/contract";
import { type Logger, pino } from "pino";

/**
 * A log for people: one line `12:34:56 mediator: message (key=value)` each. Lines of the agent's process may be forged by
 * what runs in it, so nothing in them controls the terminal.
 */
export function readableLog(output: Writable): Logger {
  return pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    {
      write(line: string) {
        const { level, time, msg, process, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
        const details = Object.entries({ ...rest, ...(isError(err) && { error: err.message }) })
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
        const mark = Number(level) >= 50 ? "error: " : Number(level) >= 40 ? "warning: " : "";
        const who = typeof process === "string" ? `${process}: ` : "";
        const tail = details.length > 0 ? ` (${details.join(", ")})` : "";
        const text = `${String(time).slice(11, 19)} ${who}${mark}${String(msg ?? "")}${tail}`;
        output.write(`${visibleLine(text)}\n`);
      },
    },
  );
}

function isError(value: unknown): value is { message: string } {
  return typeof value === "object" && value !== null && "message" in value;
}
