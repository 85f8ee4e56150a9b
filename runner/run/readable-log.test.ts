import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { readableLog } from "./readable-log.ts";

test("one line each, for people", () => {
  const output = new PassThrough();
  const log = readableLog(output).child({ process: "mediator" });
  log.info({ taskId: "t", usage: { a: 1 } }, "task confirmed");
  log.error({ err: new Error("boom") }, "failed");
  expect(String(output.read()).replace(/^\d\d:\d\d:\d\d/gm, "12:34:56")).toBe(
    '12:34:56 mediator: task confirmed (taskId=t, usage={"a":1})\n12:34:56 mediator: error: failed (error=boom)\n',
  );
});

test.each<[string, Record<string, unknown>, string, string]>([
  ["an escape sequence", {}, "\u001B[2Jgone", "␛[2Jgone"],
  ["a sequence of one byte", {}, "\u009B2Jgone", "␡2Jgone"],
  ["line ends", {}, "one\r\n12:34:56 mediator: forged", "one 12:34:56 mediator: forged"],
  ["a reversed direction", {}, "a\u202Eb", "ab"],
  ["a value", { a: "\u001B]0;title\u0007" }, "m", "m (a=␛]0;title␇)"],
  ["a value within a value", { a: { b: "\u009B2J" } }, "m", 'm (a={"b":"␡2J"})'],
  ["a name", { "\u001Bc": 1 }, "m", "m (␛c=1)"],
  ["an error", { err: { message: "\u001Bc" } }, "m", "m (error=␛c)"],
  ["a time", { time: "2026-11-28T\u001B[2J\u001B[2J" }, "m", "␛[2J␛[2J m"],
])("%s of a hostile process is only shown", (_, fields, message, expected) => {
  const output = new PassThrough();
  readableLog(output).info(fields, message);
  const shown = String(output.read());
  expect(shown.replace(/^\d\d:\d\d:\d\d /, "")).toBe(`${expected}\n`);
});
