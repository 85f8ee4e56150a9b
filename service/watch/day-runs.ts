import * as z from "zod";
import type { History } from "../history.ts";

const dayMs = 24 * 60 * 60_000;

/** The part of the runner's record that tells of a run which ended before an agent was given it. */
const unbegunRecord = z.object({ state: z.literal("closed"), attempts: z.literal(0) });

/**
 * When the runs on an issue began, one for each task, as the mediator counts them against `CODEX_RUNS_PER_DAY`: by our
 * progress comments, and without those that ended before they cost anything. ISO 8601. Pure.
 */
export function runsBegun({ runs }: Pick<History, "runs">): string[] {
  const begun = new Map<string, string>();
  for (const { kind, ids, comment } of runs) {
    if (kind !== "progress" || begun.has(ids.taskId) || unbegunRecord.safeParse(ids.record).success) continue;
    begun.set(ids.taskId, comment.createdAt);
  }
  return [...begun.values()];
}

/** How many of these times lie within the last 24 hours. */
export function begunWithinDay(times: readonly string[], now: Date): number {
  return times.filter((time) => Date.parse(time) > now.getTime() - dayMs).length;
}
