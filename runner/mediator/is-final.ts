import { codes } from "@froussard/contract";
import { isUnasked } from "./continue-run.ts";
import type { RunRecord } from "./record.ts";

/**
 * Whether another attempt would fail the same way, by the record of this one. Not where GitHub may only not have shown yet what
 * was asked for, nor where we do not know what went wrong. And not of a dry run, nor of a task that was not known yet: they leave
 * nothing on GitHub that would tell how they ended, so that the attempt failed is all that is known.
 */
export function isFinal(record: RunRecord, dryRun: boolean): true | undefined {
  const { code, taskId } = record;
  if (dryRun || record.dryRun || taskId === undefined || code === undefined) return undefined;
  if (isUnasked(record) || code === "internal" || codes[code].type === "transient") return undefined;
  return true;
}
