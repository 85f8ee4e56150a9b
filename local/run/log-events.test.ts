import { expect, test } from "vitest";
import type { Told } from "../view/event.ts";
import { logEvents } from "./log-events.ts";

function logged(level: string, write: (log: ReturnType<typeof logEvents>) => void): Told[] {
  const told: Told[] = [];
  write(logEvents((event) => told.push(event), level));
  return told;
}

test("a line is an event with its level and fields", () => {
  expect(logged("info", (log) => log.child({ process: "mediator" }).warn({ seconds: 3 }, "slow"))).toEqual([
    { event: "log", level: "warn", message: "slow", fields: { process: "mediator", seconds: 3 } },
  ]);
});

test.each([
  ["warn", ["warn", "error", "error"]],
  ["debug", ["debug", "info", "warn", "error", "error"]],
  ["nonsense, which is refused with all the other settings", ["info", "warn", "error", "error"]],
])("level %s", (level, expected) => {
  const told = logged(level, (log) => {
    for (const each of ["debug", "info", "warn", "error", "fatal"] as const) log[each]("x");
  });
  expect(told.map((event) => "level" in event && event.level)).toEqual(expected);
});

test.each([
  ["info", false],
  ["debug", true],
])("an error's stack is told at level %s: %s", (level, expected) => {
  const failure = Object.assign(new Error("away"), { code: "ECONNREFUSED" });
  const [event] = logged(level, (log) => log.error({ err: failure }, "no answer"));
  expect(event).toMatchObject({ fields: { err: { type: "Error", message: "away", code: "ECONNREFUSED" } } });
  expect(JSON.stringify(event).includes("    at ")).toBe(expected);
});
