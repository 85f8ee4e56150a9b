import { expect, test } from "vitest";
import { watchBombs } from "./watch-bombs.ts";

const limits = { processes: 100, memoryMiB: 1_000, diskMiB: 2_000 };

/** A watch whose looks are made by hand; the machine runs `others` besides the bubble's. */
function start() {
  const now = { others: 300, bubble: 5 };
  const log: string[] = [];
  let tick: (() => void) | undefined;
  const stop = watchBombs({
    limits,
    every(each) {
      tick = each;
      return () => {
        tick = undefined;
      };
    },
    machine: () => now.others + now.bubble,
    tree() {
      log.push("counted");
      return now.bubble;
    },
    hurry: (isUrgent) => log.push(isUrgent ? "hurries" : "has time"),
    onPassed: (limit) => log.push(limit),
  });
  return { now, log, look: () => tick?.(), stop, isWatching: () => tick !== undefined };
}

test("nothing is counted while the machine's processes have not grown by the limit", () => {
  const { now, log, look } = start();
  look();
  now.bubble = 105;
  look();
  expect(log).toEqual([]);
});

test("a bomb is counted at once, told once, and then nobody looks any more", () => {
  const { now, log, look, isWatching } = start();
  now.bubble = 2_000;
  look();
  look();
  expect(log).toEqual([
    "hurries",
    "counted",
    "2000 processes and threads, more than 100 (CODEX_MAX_PROCESSES)",
    "has time",
  ]);
  expect(isWatching()).toBe(false);
});

test("what else the machine runs is no bomb, and is not counted again and again", () => {
  const { now, log, look } = start();
  now.others = 700;
  look();
  look();
  look();
  expect(log).toEqual(["hurries", "counted", "has time"]);
  now.bubble = 120;
  look();
  expect(log.slice(3)).toEqual(["hurries", "counted", expect.stringContaining("120 processes"), "has time"]);
});
