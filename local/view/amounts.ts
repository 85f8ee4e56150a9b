import type { z } from "zod";
import type { usage } from "./event.ts";

/** `12 s`, `3:05 min`, `1:02:03 h`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)} h`
    : `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
}

/** `12,345 tokens`, with the cost where it is known; nothing when the model was not asked. */
export function tokens(used: z.infer<typeof usage> | undefined): string[] {
  if (!used || used.requests === 0) return [];
  const sum = (used.inputTokens + used.outputTokens).toLocaleString("en-US");
  return [`${used.estimated ? "at most " : ""}${sum} tokens`, ...(used.cost === undefined ? [] : [used.cost])];
}
