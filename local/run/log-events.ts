import { type Logger, pino } from "pino";
import * as z from "zod";
import type { Tell } from "../view/event.ts";

const levels = ["debug", "info", "warn", "error"] as const;
const entry = z.object({ level: z.string(), msg: z.string().default("") }).loose();

/** A log whose lines are events: one stream for everything, so that no line can come between two others. */
export function logEvents(tell: Tell, level: string): Logger {
  const withStacks = level === "debug" || level === "trace";
  return pino(
    {
      // A wrong one is told with all the other settings.
      level: Object.hasOwn(pino.levels.values, level) ? level : "info",
      base: null,
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
      serializers: {
        err: (error: Error) => {
          const { type, message, stack, ...rest } = pino.stdSerializers.err(error);
          return { type, message, ...("code" in rest && { code: rest["code"] }), ...(withStacks && { stack }) };
        },
      },
    },
    {
      write(line: string) {
        const { level: label, msg, ...fields } = entry.parse(JSON.parse(line));
        const shown = levels.find((each) => each === label) ?? (label === "fatal" ? "error" : "debug");
        tell({ event: "log", level: shown, message: msg, fields });
      },
    },
  );
}
