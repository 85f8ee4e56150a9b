import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { onStopSignals } from "./stop-signals.ts";

test.each([
  [["SIGINT"], ["stop SIGINT"]],
  [
    ["SIGINT", "SIGINT"],
    ["stop SIGINT", "now"],
  ],
  [
    ["SIGTERM", "SIGHUP", "SIGINT"],
    ["stop SIGTERM", "now", "now"],
  ],
])("%o does %o", (signals, expected) => {
  const source = new EventEmitter();
  const done: string[] = [];
  const letGo = onStopSignals(
    source,
    (signal) => done.push(`stop ${signal}`),
    () => done.push("now"),
  );
  for (const signal of signals) source.emit(signal);
  letGo();
  expect(done).toEqual(expected);
  expect(source.eventNames()).toEqual([]);
});
