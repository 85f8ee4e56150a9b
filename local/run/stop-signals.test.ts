import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { onStopSignals } from "./stop-signals.ts";

test.each<[Record<number, string>, string[]]>([
  [{ 0: "SIGINT" }, ["stop SIGINT"]],
  [{ 0: "SIGINT", 1000: "SIGINT" }, ["stop SIGINT", "now"]],
  [{ 0: "SIGTERM", 500: "SIGHUP", 900: "SIGINT" }, ["stop SIGTERM", "now", "now"]],
  // npm passes on what the terminal has sent already.
  [{ 0: "SIGINT", 20: "SIGINT" }, ["stop SIGINT"]],
  [{ 0: "SIGINT", 20: "SIGINT", 3000: "SIGINT" }, ["stop SIGINT", "now"]],
])("%o, by milliseconds, does %o", (signals, expected) => {
  const source = new EventEmitter();
  const done: string[] = [];
  let time = 0;
  const letGo = onStopSignals(
    source,
    (signal) => done.push(`stop ${signal}`),
    () => done.push("now"),
    () => time,
  );
  for (const [at, signal] of Object.entries(signals)) {
    time = Number(at);
    source.emit(signal);
  }
  letGo();
  expect(done).toEqual(expected);
  expect(source.eventNames()).toEqual([]);
});
