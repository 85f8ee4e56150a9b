import { labels, markers } from "@froussard/contract";
import type { GitHubFacts } from "./github-facts.ts";
import type { Ledger } from "./ledger.ts";
import type { Publisher, RunContext } from "./ports.ts";
import type { RunRecord } from "./record.ts";
import { checkDailyLimit, checkIssueLimit, type RunLimits, startOfDay } from "./run-limits.ts";

/** What the issue's label says while a stage is at work. */
const workLabels = { planning: labels.planning, implementation: labels.implementing } as const;

/**
 * Takes one of the runs that issue and repository may have, before anything is paid. Only GitHub knows how many there were:
 * the run's progress comment is written first, as its reservation, and counted then, so that runs side by side see each
 * other. An issue's runs follow one another, so its own comments as they were read are enough. The issue's label tells of
 * the work before an agent begins it, so that it cannot come after the label of the end.
 * @throws RunFailure `issue-limit`, `daily-limit`, and whatever GitHub refuses
 */
export async function reserveRun(input: {
  run: RunContext;
  record: RunRecord;
  ledger: Ledger;
  limits: RunLimits;
  facts: Pick<GitHubFacts, "progressSince">;
  publisher: Pick<Publisher, "progress" | "label">;
  now: Date;
}): Promise<void> {
  const { run, record, ledger, limits, facts, publisher, now } = input;
  const { taskId, snapshot } = run;
  const ours = snapshot.comments.filter(
    ({ viewerDidAuthor, body }) => viewerDidAuthor && body.startsWith(markers.progress),
  );
  checkIssueLimit(ours, taskId, limits);
  await publisher.progress(run, { state: "working", ledger, record });
  const day = await facts.progressSince(snapshot.repository.nameWithOwner, startOfDay(now), snapshot.viewer.id);
  checkDailyLimit(day, taskId, limits);
  await publisher.label(run, workLabels[run.stage]);
}
