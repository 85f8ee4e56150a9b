import { visibleLine, visibleText } from "@froussard/contract";
import * as z from "zod";

/** `skipped`: not looked at, with the reason. */
export const statuses = ["ok", "warning", "fault", "skipped"] as const;
export type Status = (typeof statuses)[number];

/** What one check found. The id says which check; each command lists its own, and keeps them stable. */
export interface Finding<Id extends string = string> {
  id: Id;
  /** Which repository, login, object or file it is about, where there can be several. */
  about?: string | undefined;
  status: Status;
  /** What was found; of a skipped check, why it was not made. */
  found: string;
  /** What to do about it; shell commands stand in lines of their own. */
  fix?: string | undefined;
}

/** A finding as `--json` prints it, of a command with these checks. */
export function findingSchema<Id extends string>(ids: readonly [Id, ...Id[]]) {
  return z.strictObject({
    id: z.enum(ids),
    about: z.string().optional(),
    status: z.enum(statuses),
    found: z.string(),
    fix: z.string().optional(),
  });
}

/** Findings of one check. What others wrote (GitHub, a provider, a program) can be in their texts: they are made inert. */
export function check<Id extends string>(id: Id, about?: string) {
  const finding = (status: Status, found: string, fix?: string): Finding<Id> => ({
    id,
    ...(about !== undefined && { about: visibleLine(about) }),
    status,
    found: visibleLine(found),
    ...(fix !== undefined && { fix: visibleText(fix) }),
  });
  return {
    ok: (found: string) => finding("ok", found),
    warning: (found: string, fix: string) => finding("warning", found, fix),
    fault: (found: string, fix: string) => finding("fault", found, fix),
    skipped: (because: string, fix?: string) => finding("skipped", because, fix),
  };
}

/** Findings in the order of the ids; those of one id stay in theirs. */
export function inOrder<Id extends string>(ids: readonly Id[], findings: readonly Finding<Id>[]): Finding<Id>[] {
  return findings.toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
}
