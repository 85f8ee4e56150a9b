import { expect, test } from "vitest";
import { wholeLines } from "./pod-logs.ts";

test("a line that the container runtime has cut is whole again", () => {
  const at = "2026-11-28T03:00:00.000000000Z";
  const kept = `${at} stdout F begins\n${at} stderr P one and\n${at} stderr P  the\n${at} stderr F  same\n${at} stdout F \n${at} stdout F ends\n`;
  expect(wholeLines(kept)).toBe("begins\none and the same\n\nends\n");
});
