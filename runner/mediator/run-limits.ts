import { markers, parseRunIds, RunFailure } from "@froussard/contract";
import type { ProgressComment } from "./github-facts.ts";
import { recordSchema } from "./record.ts";

/** How many runs there may be. A run is one task: trying it again by itself is the same run, a `/retry` is another. */
export interface RunLimits {
  /** Of one issue, for good. */
  perIssue: number;
  /** Of one repository, within 24 hours. */
  perDay: number;
}

const dayMs = 24 * 60 * 60_000;

/** The moment from which on runs count for the day. */
export function startOfDay(now: Date): Date {
  return new Date(now.getTime() - dayMs);
}

/**
 * Runs that began, one for each task, oldest first, told by our own progress comments: state lives nowhere else. One that
 * ended before an agent was given it has cost nothing, and does not count.
 */
export function begunRuns(comments: readonly ProgressComment[]): ProgressComment[] {
  const runs = new Map<string, ProgressComment>();
  for (const comment of comments.toSorted((one, other) => one.id - other.id)) {
    const ids = parseRunIds(markers.progress, comment.body);
    if (!ids || runs.has(ids.taskId)) continue;
    const record = recordSchema.safeParse(ids.record).data;
    if (record?.state === "closed" && record.attempts === 0) continue;
    runs.set(ids.taskId, comment);
  }
  return [...runs.values()];
}

/** @throws RunFailure `issue-limit` when other runs of the issue have used up what it may have */
export function checkIssueLimit(comments: readonly ProgressComment[], taskId: string, { perIssue }: RunLimits): void {
  const others = begunRuns(comments).filter((run) => taskOf(run) !== taskId);
  if (others.length >= perIssue)
    throw new RunFailure("issue-limit", `${others.length} of ${perIssue} runs are used up; no time brings them back`);
}

/**
 * Whether the repository has room for a run whose own progress comment stands already: that comment is its reservation,
 * and its id is its place in the row, so that runs side by side do not let each other pass.
 * @param comments our progress comments of the last 24 hours; without one of this task, it was counted on an earlier day
 * @throws RunFailure `daily-limit`, saying when there is room again
 */
export function checkDailyLimit(comments: readonly ProgressComment[], taskId: string, { perDay }: RunLimits): void {
  const runs = begunRuns(comments);
  const place = runs.findIndex((run) => taskOf(run) === taskId);
  if (place < perDay) return;
  const [oldest] = runs.slice(place - perDay);
  const free = new Date(Date.parse(oldest?.createdAt ?? "") + dayMs).toISOString().slice(0, 16).replace("T", " ");
  throw new RunFailure(
    "daily-limit",
    `${perDay} of ${perDay} runs within 24 hours; there is room again at ${free} UTC`,
  );
}

function taskOf({ body }: ProgressComment): string | undefined {
  return parseRunIds(markers.progress, body)?.taskId;
}
