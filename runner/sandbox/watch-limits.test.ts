import { expect, test } from "vitest";
import { type LimitsWatchOptions, watchLimits } from "./watch-limits.ts";

const limits = { processes: 100, memoryMiB: 1_000, diskMiB: 2_000 };

/** A watch whose looks and measurements are made by hand. */
function start(changes: Partial<LimitsWatchOptions> = {}) {
  const use = { processes: 1, memoryMiB: 1, free: 10_000, files: 1_000_000, available: 8_000, now: 0 };
  const ticks = new Set<() => void>();
  const measured: { resolve(diskMiB: number): void; reject(error: Error): void }[] = [];
  const passed: string[] = [];
  const errors: unknown[] = [];
  const stop = watchLimits({
    limits,
    every(each) {
      ticks.add(each);
      return () => ticks.delete(each);
    },
    tree: async () => ({ ...use }),
    diskUse: () =>
      new Promise((resolve, reject) => {
        measured.push({ resolve, reject });
      }),
    freeDisk: async () => ({ roomMiB: use.free, files: use.files }),
    availableMemory: async () => use.available,
    now: () => use.now,
    onPassed: (limit) => passed.push(limit),
    onError: (error) => errors.push(error),
    ...changes,
  });
  const look = async () => {
    for (const tick of ticks) tick();
    // Everything that a look waits for is settled already.
    await new Promise(setImmediate);
  };
  return { use, look, measured, passed, errors, stop, isWatching: () => ticks.size > 0 };
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

test.each<[string, { files?: number; available?: number }[], string | undefined]>([
  ["many files fit, a few fewer", [{ files: 1_000_000 }, { files: 10_000 }], undefined],
  [
    "many files fit, then few",
    [{ files: 1_000_000 }, { files: 9_999 }],
    "disk, which takes less than 10000 files more",
  ],
  ["few files fit", [{ files: 20_000 }, { files: 1_000 }], undefined],
  ["few files fit, then fewer", [{ files: 20_000 }, { files: 999 }], "disk, which takes less than 1000 files more"],
  ["no number of files", [{ files: Number.POSITIVE_INFINITY }, { files: Number.POSITIVE_INFINITY }], undefined],
  ["none to begin with", [{ files: 0 }, { files: 0 }], undefined],
  ["memory goes down to the reserve", [{ available: 8_000 }, { available: 512 }], undefined],
  [
    "memory goes below the reserve",
    [{ available: 8_000 }, { available: 511 }],
    "memory, of which less than 512 MiB are available",
  ],
  ["little memory", [{ available: 600 }, { available: 300 }], undefined],
  [
    "little memory, then less",
    [{ available: 600 }, { available: 299 }],
    "memory, of which less than 300 MiB are available",
  ],
])("the machine keeps its reserves: %s", async (_, looks, expected) => {
  const { use, look, passed } = start();
  for (const each of looks) {
    Object.assign(use, each);
    await look();
  }
  expect(passed).toEqual(expected === undefined ? [] : [`the machine's ${expected}`]);
});

test("the disk rests half a minute at most, however long it took", async () => {
  const { use, look, measured } = start();
  await look();
  use.now = 60_000;
  measured[0]?.resolve(1);
  await look();
  use.now = 89_999;
  await look();
  expect(measured).toHaveLength(1);
  use.now = 90_000;
  await look();
  expect(measured).toHaveLength(2);
});

test.each<[string, Partial<LimitsWatchOptions>]>([
  ["fails", { tree: () => Promise.reject(new Error("no /proc")) }],
  ["takes for ever", { tree: () => new Promise(() => {}) }],
])("a look at the processes that %s keeps nobody from the others", async (_, changes) => {
  const disk = start(changes);
  await disk.look();
  disk.measured[0]?.resolve(2_001);
  await disk.look();
  expect(disk.passed).toEqual([expect.stringContaining("2001 MiB on disk")]);
  for (const less of [{ free: 0 }, { files: 0 }, { available: 0 }]) {
    const machine = start(changes);
    await machine.look();
    Object.assign(machine.use, less);
    await machine.look();
    expect(machine.passed).toHaveLength(1);
  }
});

test("processes that cannot be looked at for long end the run", async () => {
  let broken = true;
  const { look, passed, errors, isWatching } = start({
    async tree() {
      if (broken) throw new Error("no /proc");
      return { processes: 1, memoryMiB: 1 };
    },
  });
  for (let count = 0; count < 19; count++) await look();
  broken = false;
  await look();
  broken = true;
  for (let count = 0; count < 19; count++) await look();
  expect(passed).toEqual([]);
  await look();
  expect(passed).toEqual(["more than could be measured: 20 looks at its processes failed"]);
  expect(errors).toHaveLength(39);
  expect(isWatching()).toBe(false);
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
