import type { Outcome } from "../outcome.ts";
import { exec, type Move, patch } from "../script.ts";
import type { Change } from "./job.ts";
import { quote, writeFile } from "./shell.ts";
import { failure } from "./survey.ts";
import { toPatch } from "./to-patch.ts";

/** What could not be written, and why. */
export interface Refused {
  readonly path: string;
  readonly why: string;
}

/**
 * Makes the changes: edits by `apply_patch`, new files in test folders by the shell (a model uses both, and what applies
 * the result must cope with both). What the patch tool refuses is tried by the shell once.
 */
export function* carryOut(changes: readonly Change[]): Generator<Move, Refused[], Outcome> {
  const refused: Refused[] = [];
  const [byShell, byPatch] = [changes.filter(isNewTest), changes.filter((change) => !isNewTest(change))];
  const patched = byPatch.length === 0 ? undefined : yield patch(toPatch(byPatch));
  // A patch is refused as a whole: what it was to change is then written file by file.
  for (const change of patched === undefined || patched.ok ? [] : byPatch) {
    const written = yield exec(
      change.after === undefined ? `rm -- ${quote(change.path)}` : writeFile(change.path, change.after),
    );
    if (!written.ok) refused.push({ path: change.path, why: failure(written) });
  }
  for (const change of byShell) {
    const written = yield exec(writeFile(change.path, change.after ?? ""));
    if (!written.ok) refused.push({ path: change.path, why: failure(written) });
  }
  return refused;
}

const isNewTest = (change: Change): boolean => change.before === undefined && /(^|\/)tests?\//.test(change.path);
