import { setTimeout as sleep } from "node:timers/promises";
import type { Task } from "@froussard/contract";
import type { Claim, EmbeddedQueue } from "froussard/embedded-queue";
import type { Logger } from "pino";
import * as z from "zod";
import type { Tell } from "../view/event.ts";
import { readTask } from "./read-task.ts";
import { taskFacts } from "./task-facts.ts";

export interface WorkerOptions {
  queue: Pick<EmbeddedQueue, "claim" | "extend" | "ack" | "drop" | "release" | "releaseAll">;
  /**
   * Carries a task out to its told end; rejects when it has to be tried again later. `refused` means that GitHub did not
   * confirm it: the same task may be asked for again, and rightly then.
   */
  run(task: Task, signal: AbortSignal): Promise<"ended" | "refused">;
  /** Tasks at the same time; those of one issue never overlap. */
  concurrency: number;
  /** Ends the loop; what is under way is aborted and given back. */
  signal: AbortSignal;
  tell: Tell;
  log: Logger;
  /** Between two looks at an empty queue. @default 250 */
  pollMs?: number;
  /** A claim is held so long without a sign of life. @default 60_000 */
  leaseMs?: number;
  /** Waits before a task whose end could not be told is tried again, the last one for all further tries. */
  retryDelaysMs?: readonly number[];
}

const consumer = "local";

/** Takes tasks from the queue until the signal ends it; resolves when nothing is under way any more. */
export async function work(options: WorkerOptions): Promise<void> {
  const { queue, concurrency, signal, pollMs = 250, leaseMs = 60_000 } = options;
  await queue.releaseAll(consumer);
  const underWay = new Set<Promise<void>>();
  while (!signal.aborted) {
    const claim = underWay.size < concurrency ? await queue.claim(consumer, leaseMs) : undefined;
    if (!claim) {
      await Promise.race([sleep(pollMs, undefined, { signal }).catch(() => {}), ...underWay]);
      continue;
    }
    const one: Promise<void> = carryOut(claim, options).finally(() => underWay.delete(one));
    underWay.add(one);
  }
  await Promise.all(underWay);
}

async function carryOut(claim: Claim, options: WorkerOptions): Promise<void> {
  const { queue, run, signal, tell, leaseMs = 60_000 } = options;
  const { retryDelaysMs = [10_000, 60_000, 600_000] } = options;
  const parsed = readTask(claim.value);
  if (!parsed.success) {
    // Nothing tells which issue it is about, and it would never become valid.
    tell({ event: "dropped", key: claim.key, reason: z.prettifyError(parsed.error).slice(0, 1_000) });
    await queue.ack(claim);
    return;
  }
  const { taskId } = parsed.data;
  const log = options.log.child({ taskId });
  tell({ event: "started", ...taskFacts(parsed.data), try: claim.attempts });
  const lost = new AbortController();
  const heartbeat = setInterval(() => {
    queue.extend(claim, leaseMs).then(
      (held) => held || lost.abort(new Error("the task's lease was lost")),
      (error: unknown) => log.warn({ err: error }, "the task's lease could not be extended"),
    );
  }, leaseMs / 4);
  try {
    const end = await run(parsed.data, AbortSignal.any([signal, lost.signal]));
    await (end === "refused" ? queue.drop(claim) : queue.ack(claim));
  } catch (error) {
    if (signal.aborted) {
      await queue.release(claim);
      tell({ event: "handed-back", taskId });
    } else {
      const delay = retryDelaysMs[Math.min(claim.attempts, retryDelaysMs.length) - 1] ?? 0;
      log.debug({ err: error }, "the end of the task could not be told");
      await queue.release(claim, delay);
      tell({ event: "retry", taskId, seconds: delay / 1_000, reason: reasonOf(error) });
    }
  } finally {
    clearInterval(heartbeat);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
