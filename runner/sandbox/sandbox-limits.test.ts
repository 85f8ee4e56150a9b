import { expect, test } from "vitest";
import { limitedCommand, limitingPrograms, parseHardLimits } from "./limited-command.ts";
import { passedLimit } from "./sandbox-limits.ts";

const limits = { processes: 500, memoryMiB: 1_000, diskMiB: 2_000 };

test.each<[Parameters<typeof passedLimit>[0], string | undefined]>([
  [{}, undefined],
  [{ processes: 500, memoryMiB: 1_000, diskMiB: 2_000 }, undefined],
  [{ processes: 501 }, "501 processes and threads, more than 500 (CODEX_MAX_PROCESSES)"],
  [{ memoryMiB: 1_000.1 }, "1001 MiB of memory, more than 1000 (CODEX_MEMORY_MIB)"],
  [{ memoryMiB: Number.POSITIVE_INFINITY }, "more open files than can be looked through for memory"],
  [{ diskMiB: 3_000 }, "3000 MiB on disk, more than 2000 (CODEX_DISK_MIB)"],
  [{ diskMiB: Number.POSITIVE_INFINITY }, "more files than can be counted (CODEX_DISK_MIB)"],
])("%o", (use, expected) => {
  expect(passedLimit(use, limits)).toBe(expected);
});

test("limits of the kernel stay below what is allowed to this process already", () => {
  const hard = parseHardLimits(
    "Limit                     Soft Limit           Hard Limit           Units     \n" +
      "Max processes             1000                 400                  processes \n" +
      "Max open files            1024                 unlimited            files     \n",
  );
  expect(hard).toEqual({ processes: 400 });
  const command = limitedCommand(["run", "me"], limits, hard, limitingPrograms);
  expect(command.slice(0, 7)).toEqual(["/usr/bin/nice", "-n", "5", "/usr/bin/choom", "-n", "500", "--"]);
  expect(command).toEqual(expect.arrayContaining(["--nproc=400", "--nofile=16384", "--fsize=2097152000", "--core=0"]));
  expect(command.slice(-3)).toEqual(["--", "run", "me"]);
  expect(limitedCommand(["run", "me"], limits, hard, ["/usr/bin/nice"])).toEqual([
    "/usr/bin/nice",
    "-n",
    "5",
    "run",
    "me",
  ]);
});
