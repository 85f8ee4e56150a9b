import { commitPattern, failureCodes, outcomes, sha256Pattern, taskIdPattern } from "@froussard/contract";
import * as z from "zod";
import { runResult } from "../protocol.ts";
import { type Ledger, ledgerSchema } from "./ledger.ts";

const count = z.int().nonnegative();

/**
 * What the mediator remembers of one task: in `record.json` of its private folder, and hidden in the progress comment.
 * - `ready`: nobody is working; a mediator that starts serves the task.
 * - `working`: handed to an agent. Found at a start it means that the mediator died: `interrupted`.
 * - `result`: the agent's result is safe and being published; found at a start, publishing goes on.
 * - `closed`: over, with its outcome.
 */
export const recordSchema = z.strictObject({
  /** Absent when a run by hand failed before it was known which task is meant. */
  taskId: z.string().regex(taskIdPattern).exactOptional(),
  state: z.enum(["ready", "working", "result", "closed"]),
  outcome: z.enum(outcomes).exactOptional(),
  code: z.enum(failureCodes).exactOptional(),
  detail: z.string().max(1_000).exactOptional(),
  /** The result is only shown. */
  dryRun: z.literal(true).exactOptional(),
  /** Plan or pull request. */
  url: z.string().max(500).exactOptional(),
  /** Times that an agent was given the task. */
  attempts: count,
  /** Times that a mediator died while an agent worked. */
  interrupted: count,
  /** What the work started from; stays when the branch moves on. */
  base: z.strictObject({ branch: z.string().max(250), commit: z.string().regex(commitPattern) }).exactOptional(),
  /** The commit that was about to be pushed, saved before it was: only this one on the branch is ours. */
  commit: z.string().regex(commitPattern).exactOptional(),
  /** The repository's instructions to agents at `base`, for the plan's footer. */
  instructions: z.array(z.string().max(300)).max(20).exactOptional(),
  ledger: ledgerSchema,
  /** Hash of the accepted result, so that the same one, sent again, is answered and not refused. */
  resultSha256: z.string().regex(sha256Pattern).exactOptional(),
  /** When the result was accepted; the commit's date. */
  resultAt: z.iso.datetime().exactOptional(),
});
export type RunRecord = z.infer<typeof recordSchema>;

/** The result that is being published, whole: it has been paid for. */
export const pendingSchema = runResult;

export function newRecord(taskId: string | undefined, ledger: Ledger): RunRecord {
  return { ...(taskId !== undefined && { taskId }), state: "ready", attempts: 0, interrupted: 0, ledger };
}
