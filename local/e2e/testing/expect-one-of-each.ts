import { labels, markers, type Stage } from "@froussard/contract";
import { expect } from "vitest";
import type { FaultRun } from "./fault-world.ts";

/** What people see of a run that came to its result, whatever happened on the way: one of each, and nothing twice. */
export async function expectOneOfEach(run: FaultRun, stage: Stage): Promise<void> {
  const works = stage === "implementation";
  expect(run.visible(markers.plan), run.log()).toHaveLength(1);
  expect(run.issue.comments.filter(({ body }) => body?.startsWith(markers.progress))).toHaveLength(1);
  expect(run.visible(markers.result)).toHaveLength(works ? 1 : 0);
  expect(run.pulls().map(({ state, pull }) => [state, pull.draft])).toEqual(works ? [["open", true]] : []);
  expect(await run.commits()).toBe(works ? 1 : undefined);
  expect(run.issue.labels.map(({ name }) => name)).toEqual([works ? labels.pullRequestOpen : labels.awaitingApproval]);
}
