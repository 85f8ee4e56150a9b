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
  /** Room that the bubble's folders take. MiB. Slow: it rests ten times as long as it took. */
  diskUse(): Promise<number>;
  /** Free room on their disk. MiB. */
  freeDisk(): Promise<number>;
  /** Milliseconds. */
  now?(): number;
  /** Called once, with the limit in words. */
  onPassed(limit: string): void;
  onError(error: unknown): void;
}

/** Less free room than this ends the run: other programs of the machine need it. Half of what was free when that is less. MiB. */
const reserveMiB = 512;
/** At least so long between two counts of the folders' files. Milliseconds. */
const diskPauseMs = 2_000;

/**
 * Watches what a bubble uses until it passes a limit, or until the function that it answers with is called. It works
 * whoever we are and wherever we run; the price is that a limit is passed for a moment before the run ends.
 */
export function watchLimits(options: LimitsWatchOptions): () => void {
  const { limits, every, tree, diskUse, freeDisk, now = () => performance.now(), onPassed, onError } = options;
  let reserve: number | undefined;
  let measuring = false;
  let measureFrom = 0;
  let passed = false;
  const stop = poll(every, async () => {
    try {
      tell(passedLimit(await tree(limits.memoryMiB), limits));
      const free = await freeDisk();
      reserve ??= Math.min(reserveMiB, free / 2);
      if (free < reserve) tell(`the machine's disk, of which less than ${Math.ceil(reserve)} MiB are free`);
      if (!measuring && now() >= measureFrom) void measureDisk();
    } catch (error) {
      onError(error);
    }
  });

  /** Beside the other looks, which must not wait for it. */
  async function measureDisk(): Promise<void> {
    measuring = true;
    const begun = now();
    try {
      tell(passedLimit({ diskMiB: await diskUse() }, limits));
    } catch (error) {
      onError(error);
    } finally {
      measuring = false;
      measureFrom = now() + Math.max(diskPauseMs, 10 * (now() - begun));
    }
  }

  function tell(limit: string | undefined): void {
    if (limit === undefined || passed) return;
    passed = true;
    stop();
    onPassed(limit);
  }
  return () => {
    passed = true;
    stop();
  };
}
