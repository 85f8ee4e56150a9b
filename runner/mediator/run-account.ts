import { failureCodes, outcomes, type Stage, stages, taskIdPattern } from "@froussard/contract";
import * as z from "zod";
import { ledgerSchema, withOpenCharged } from "./ledger.ts";
import type { RunRecord } from "./record.ts";

/** What a run was, what it came to and what it cost: the one line that mediator and report write about it. */
export const accountSchema = ledgerSchema.extend({
  /** Absent when a run by hand failed before it was known which task is meant. */
  taskId: z.string().regex(taskIdPattern).exactOptional(),
  stage: z.enum(stages),
  /** Times that an agent was given the task, and that a mediator died meanwhile. */
  attempts: z.int().nonnegative(),
  interrupted: z.int().nonnegative(),
  /** Absent when the run goes on in another process. */
  outcome: z.enum(outcomes).exactOptional(),
  code: z.enum(failureCodes).exactOptional(),
});
export type RunAccount = z.output<typeof accountSchema>;

/** The account of a run, from its record. `end` is what is known better than the record does. Pure. */
export function accountOf(
  { taskId, attempts, interrupted, outcome, code, ledger }: RunRecord,
  stage: Stage,
  end: Pick<RunAccount, "outcome" | "code"> = { ...(outcome && { outcome }), ...(code && { code }) },
): RunAccount {
  return { ...(taskId !== undefined && { taskId }), stage, attempts, interrupted, ...end, ...withOpenCharged(ledger) };
}
