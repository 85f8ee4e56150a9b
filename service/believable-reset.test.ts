import { expect, test } from "vitest";
import { believableReset } from "./believable-reset.ts";

const now = new Date("2026-03-01T12:00:00Z");

test.each([
  ["2026-03-01T12:20:00Z", "2026-03-01T12:20:00Z"],
  ["2026-03-01T11:00:00Z", "2026-03-01T11:00:00Z"],
  ["2026-03-01T13:00:01Z", "2026-03-01T13:00:00.000Z"],
  ["9999-12-31T23:59:59Z", "2026-03-01T13:00:00.000Z"],
  ["soon", "2026-03-01T13:00:00.000Z"],
])("a limit that is full again at %s counts as full at %s", (said, expected) => {
  expect(believableReset(said, now)).toBe(expected);
});
