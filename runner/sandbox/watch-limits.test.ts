import { expect, test } from "vitest";
import { type LimitsWatchOptions, watchLimits } from "./watch-limits.ts";

const limits = { processes: 100, memoryMiB: 1_000, diskMiB: 2_000 };

/** A watch whose looks and measurements are made by hand. */
function start(changes: Partial<LimitsWatchOptions> = {}) {
  const use = { processes: 1, memoryMiB: 1, free: 10_000, now: 0 };
  let tick: (() => void) | undefined;
  const measured: { resolve(diskMiB: number): void; reject(error: Error): void }[] = [];
  const passed: string[] = [];
  const errors: unknown[] = [];
  const stop = watchLimits({
    limits,
    every(each) {
      tick = each;
      return () => {
        tick = undefined;
      };
    },
    tree: async () => ({ ...use }),
    diskUse: () =>
      new Promise((resolve, reject) => {
        measured.push({ resolve, reject });
      }),
    freeDisk: async () => use.free,
    now: () => use.now,
    onPassed: (limit) => passed.push(limit),
    onError: (error) => errors.push(error),
    ...changes,
  });
  const look = async () => {
    tick?.();
    // Everything that a look waits for is settled already.
    await new Promise(setImmediate);
  };
  return { use, look, measured, passed, errors, stop, isWatching: () => tick !== undefined };
}

test("processes and memory are told once, and then nobody looks any more", async () => {
  const { use, look, passed, isWatching } = start();
  await look();
  expect(passed).toEqual([]);
  Object.assign(use, { processes: 101, memoryMiB: 5_000, free: 0 });
  await look();
  expect(passed).toEqual([expect.stringContaining("101 processes")]);
  expect(isWatching()).toBe(false);
});

test("the disk is measured beside the other looks, and rests ten times as long as that took", async () => {
  const { use, look, measured, passed } = start();
  await look();
  await look();
  expect(measured).toHaveLength(1);
  use.now = 1_000;
  measured[0]?.resolve(1_999);
  await look();
  use.now = 10_999;
  await look();
  expect(measured).toHaveLength(1);
  use.now = 11_000;
  await look();
  expect(measured).toHaveLength(2);
  measured[1]?.resolve(2_001);
  await look();
  expect(passed).toEqual([expect.stringContaining("2001 MiB on disk")]);
});

test("the machine's disk keeps its reserve, unless it was that full before", async () => {
  const { use, look, passed } = start();
  await look();
  use.free = 511;
  await look();
  expect(passed).toEqual(["the machine's disk, of which less than 512 MiB are free"]);
  const full = start();
  full.use.free = 100;
  await full.look();
  full.use.free = 51;
  await full.look();
  expect(full.passed).toEqual([]);
  full.use.free = 49;
  await full.look();
  expect(full.passed).toHaveLength(1);
});

test("what cannot be measured is told, and the next look is made all the same", async () => {
  let broken = true;
  const { look, measured, errors, passed } = start({
    async tree() {
      if (broken) throw new Error("no /proc");
      return { processes: 101, memoryMiB: 1 };
    },
  });
  await look();
  expect(errors).toHaveLength(1);
  broken = false;
  await look();
  expect(passed).toHaveLength(1);
  measured[0]?.reject(new Error("no du"));
  await look();
  expect(errors).toHaveLength(2);
});

test("after its end nothing is told, not even what was being measured", async () => {
  const { look, measured, passed, stop, isWatching } = start();
  await look();
  stop();
  measured[0]?.resolve(9_999);
  await look();
  expect(passed).toEqual([]);
  expect(isWatching()).toBe(false);
});
