import { codes, type FailureCode } from "@froussard/contract";
import type { RunRecord } from "./record.ts";

/** Before an agent was given the task: GitHub may only not have shown yet what was asked for, or nobody knows what went wrong. */
const early: ReadonlySet<FailureCode> = new Set(["invalid-task", "not-approved", "internal"]);

/**
 * Whether another attempt would fail the same way, by the record of this one. Not of a run by hand, also a dry run: it may leave
 * nothing on GitHub that would tell how it ended, so that the attempt failed is all that is known.
 */
export function isFinal({ code, attempts }: RunRecord, isByHand: boolean): true | undefined {
  if (isByHand || code === undefined || codes[code].type === "transient") return undefined;
  return attempts === 0 && early.has(code) ? undefined : true;
}
