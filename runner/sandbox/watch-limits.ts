import { performance } from "node:perf_hooks";
import { type Every, poll } from "../poll.ts";
import type { TreeUse } from "./process-tree.ts";
import { passedLimit, type SandboxLimits } from "./sandbox-limits.ts";

export interface LimitsWatchOptions {
  limits: SandboxLimits;
  /** Half a second or so: what is used between two looks goes beyond the limits. */
  every: Every;
  /** Of the bubble's processes; memory is to be exact above the number of MiB. */
  tree(exactFromMiB: number): Promise<TreeUse>;
  /** Room that the bubble's folders take. MiB. Slow: it rests ten times as long as it took, half a minute at most. */
  diskUse(): Promise<number>;
  /** Free room on their disk (MiB), and how many files more it takes. */
  freeDisk(): Promise<{ roomMiB: number; files: number }>;
  /** What the machine could still give to programs. MiB. */
  availableMemory(): Promise<number>;
  /** Milliseconds. */
  now?(): number;
  /** Called once, with the limit in words. */
  onPassed(limit: string): void;
  onError(error: unknown): void;
}

/** Less free room or memory than this ends the run: other programs of the machine need it. MiB. */
const reserveMiB = 512;
/** The same for files that the disk takes. */
const reserveFiles = 10_000;
/** A pause between two counts of the folders' files is at least and at most so long. Milliseconds. */
const diskPauseMs = { least: 2_000, most: 30_000 };
/** Nobody knows what a tree uses that so many looks in a row did not see, and it may be the reason for that. */
const mostFailures = 20;

/**
 * Watches what a bubble uses until it passes a limit, or until the function that it answers with is called. It works
 * whoever we are and wherever we run; the price is that a limit is passed for a moment before the run ends. No look waits
 * for another, or fails with it.
 */
export function watchLimits(options: LimitsWatchOptions): () => void {
  const { limits, every, tree, diskUse, freeDisk, availableMemory, onPassed, onError } = options;
  const { now = () => performance.now() } = options;
  const lacksRoom = reserve(reserveMiB, 1 / 2);
  const lacksFiles = reserve(reserveFiles, 1 / 20);
  const lacksMemory = reserve(reserveMiB, 1 / 2);
  let failures = 0;
  let measureFrom = 0;
  let passed = false;
  const looks = [lookAtTree, lookAtDisk, lookAtMemory, measureDisk];
  const stops = looks.map((look) => poll(every, () => look().catch(onError)));

  async function lookAtTree(): Promise<void> {
    try {
      tell(passedLimit(await tree(limits.memoryMiB), limits));
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures >= mostFailures) tell(`more than could be measured: ${failures} looks at its processes failed`);
      throw error;
    }
  }

  async function lookAtDisk(): Promise<void> {
    const { roomMiB, files } = await freeDisk();
    const room = lacksRoom(roomMiB);
    if (room !== undefined) tell(`the machine's disk, of which less than ${room} MiB are free`);
    const more = lacksFiles(files);
    if (more !== undefined) tell(`the machine's disk, which takes less than ${more} files more`);
  }

  async function lookAtMemory(): Promise<void> {
    // Some memory is in no process: shared memory that nobody has mapped, file systems in memory, pipes.
    const memory = lacksMemory(await availableMemory());
    if (memory !== undefined) tell(`the machine's memory, of which less than ${memory} MiB are available`);
  }

  async function measureDisk(): Promise<void> {
    const begun = now();
    if (begun < measureFrom) return;
    try {
      tell(passedLimit({ diskMiB: await diskUse() }, limits));
    } finally {
      const pause = Math.max(diskPauseMs.least, 10 * (now() - begun));
      measureFrom = now() + Math.min(diskPauseMs.most, pause);
    }
  }

  function tell(limit: string | undefined): void {
    if (limit === undefined || passed) return;
    stop();
    onPassed(limit);
  }

  function stop(): void {
    passed = true;
    for (const each of stops) each();
  }
  return stop;
}

/** Answers with the reserve when less is left than that: so much, or this part of what was left at first if that is less. */
function reserve(most: number, part: number): (left: number) => number | undefined {
  let kept: number | undefined;
  return (left) => {
    kept ??= Math.min(most, left * part);
    return left < kept ? Math.ceil(kept) : undefined;
  };
}
