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
