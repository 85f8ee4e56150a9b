import { structuredPatch } from "diff";
import type { Change } from "./job.ts";

const CONTEXT_LINES = 3;

/** The changes in the format of Codex's `apply_patch`. */
export function toPatch(changes: readonly Change[]): string {
  return ["*** Begin Patch", ...changes.flatMap(fileSection), "*** End Patch"].join("\n");
}

function fileSection({ path, before, after }: Change): string[] {
  if (after === undefined) return [`*** Delete File: ${path}`];
  if (before === undefined)
    return [
      `*** Add File: ${path}`,
      ...after
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => `+${line}`),
    ];
  const { hunks } = structuredPatch(path, path, before, after, "", "", { context: CONTEXT_LINES });
  const lines = hunks.flatMap((hunk) => ["@@", ...hunk.lines.filter((line) => !line.startsWith("\\"))]);
  return [`*** Update File: ${path}`, ...lines];
}
