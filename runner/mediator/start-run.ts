import type { DryRunTexts } from "../settings.ts";
import type { Continuation } from "./continue-run.ts";
import { continueRun, continueStored, recordFromComments } from "./continue-run.ts";
import { prepareDryRun } from "./dry-run.ts";
import type { MediatorOptions } from "./mediator-options.ts";
import type { Ledger, RunContext } from "./ports.ts";
import { type PreparedRun, prepareRun, type RunRules } from "./prepare-run.ts";
import { newRecord } from "./record.ts";
import type { RunLog } from "./run-log.ts";

/** What a start found: an end, a pull request that only has to be told, or a run and how to go on with it. */
export type RunStart =
  | { kind: "over" }
  | { kind: "pull-request"; run: RunContext; pullRequest: { url: string; number: number } }
  | { kind: Continuation["kind"]; prepared: PreparedRun; rules: RunRules; dryRun: boolean };

/**
 * Finds out, on GitHub and from what an earlier process left, which run this is. The record of it is in `runLog` then.
 * @throws RunFailure with the code to be told
 */
export async function startRun(options: MediatorOptions, runLog: RunLog, ledger: Ledger): Promise<RunStart> {
  const { claim, store, log, publisher, facts } = options;
  const dryRun = options.dryRun ?? (await textsOfMissingIssue(options));
  const stored = continueStored(store, claim.TASK_ID, dryRun !== undefined);
  // Without a task id the newest thing asked for is meant, and an old end says nothing about it.
  let next = claim.TASK_ID === undefined && stored?.kind === "over" ? undefined : stored;
  if (next) {
    runLog.adopt(next.record);
    if (next.kind === "over") return { kind: "over" };
  }
  const rules = await options.rules();
  const base = claim.TASK_ID === undefined ? undefined : next?.record.base;
  const input = { claim, rules, facts, base };
  const prepared = dryRun
    ? await prepareDryRun(input, dryRun)
    : await prepareRun({ ...input, find: (run) => publisher.find(run) });
  if ("closed" in prepared) {
    if (next?.record.taskId !== prepared.taskId) runLog.adopt(newRecord(prepared.taskId, ledger));
    runLog.end(prepared.closed);
    return { kind: "over" };
  }
  const { run } = prepared;
  log.info({ taskId: run.taskId, stage: run.stage, dryRun: dryRun !== undefined }, "task confirmed");
  if (next?.record.taskId !== run.taskId) {
    const left = dryRun ? undefined : recordFromComments(run.snapshot, run.taskId);
    const same = stored?.record.taskId === run.taskId ? stored : left && continueRun(left, false);
    // GitHub asks for this work: by hand, an end whose result was deleted there since is none.
    const goesOn = same && (same.kind !== "over" || claim.TASK_ID !== undefined);
    next = goesOn ? same : { kind: "work", record: newRecord(run.taskId, ledger) };
    runLog.adopt(next.record);
  }
  if ("pullRequest" in prepared) return { kind: "pull-request", ...prepared };
  return { kind: next.kind, prepared, rules, dryRun: dryRun !== undefined };
}

/** Texts given by hand count only where there is no issue; a message, which has a task id, needs its issue. */
async function textsOfMissingIssue({ claim, texts, facts, log }: MediatorOptions): Promise<DryRunTexts | undefined> {
  if (!texts || claim.TASK_ID !== undefined) return undefined;
  if (await facts.issue(claim.TASK_REPOSITORY, claim.TASK_ISSUE_NUMBER)) return undefined;
  log.warn(`there is no issue #${claim.TASK_ISSUE_NUMBER}: the texts given stand in, nothing is posted or pushed`);
  return texts;
}
