import type { Every } from "../poll.ts";
import { passedLimit, type SandboxLimits } from "./sandbox-limits.ts";

export interface BombWatchOptions {
  limits: SandboxLimits;
  /** Often: a fork bomb makes thousands of processes a second. */
  every: Every;
  /** Processes and threads of the whole machine, told by the kernel in one word. */
  machine(): number;
  /** Those of the bubble, counted at once and one by one. */
  tree(): number;
  /** Takes the processor for this process, and gives it back, where it may. */
  hurry(isUrgent: boolean): void;
  /** Called once, with the limit in words. */
  onPassed(limit: string): void;
}

/**
 * Watches for fork bombs, until the function that it answers with is called. The kernel counts no processes of root, and
 * once there are thousands, `watchLimits` gets too little of the processor to see them. So this one looks at one number, and
 * only when that has grown by the whole limit does it count, before anybody else gets a turn.
 */
export function watchBombs({ limits, every, machine, tree, hurry, onPassed }: BombWatchOptions): () => void {
  let others = machine();
  const stop = every(() => {
    if (machine() - others <= limits.processes) return;
    hurry(true);
    try {
      const processes = tree();
      // What is not the bubble's is no reason to count again.
      others = machine() - processes;
      const limit = passedLimit({ processes }, limits);
      if (limit === undefined) return;
      stop();
      onPassed(limit);
    } finally {
      hurry(false);
    }
  });
  return stop;
}
