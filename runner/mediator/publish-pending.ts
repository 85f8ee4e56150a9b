import { RunFailure } from "@froussard/contract";
import type { SecretSearch } from "../git/secret-search.ts";
import { acceptResult } from "./accept-result.ts";
import { dryRunText } from "./dry-run-text.ts";
import type { GitRepository } from "./ports.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { type PublishOptions, publishChanges, publishPlan } from "./publish-result.ts";
import type { RecordStore } from "./record-store.ts";
import { cleanResult } from "./secrets/clean-result.ts";

export interface PendingPublish {
  /** Where the accepted result lies. */
  store: RecordStore;
  to: PublishOptions & { prepared: PreparedRun };
  git(): Promise<GitRepository>;
  secrets: SecretSearch;
  /** When the result was accepted, ISO 8601; the commit's date. */
  date: string;
  dryRun: boolean;
  /** Hears the text of a dry run. */
  onDryRun?: ((text: string) => void) | undefined;
}

/**
 * Publishes the result that was accepted, by this process or by an earlier one; of a dry run only the text is written.
 * @returns the address of what was published, or in a dry run why there is none
 * @throws RunFailure
 */
export async function publishPending(pending: PendingPublish): Promise<{ url: string } | { detail: string }> {
  const { store, to, git, secrets, date, dryRun } = pending;
  const { run } = to.prepared;
  const result = store.readPending();
  if (!result) throw new RunFailure("internal", "the accepted result is gone");
  const accepted = await cleanResult(acceptResult(run.stage, result), secrets);
  if (accepted.kind === "failure") throw accepted.failure;
  if (dryRun) {
    const text = await dryRunText(accepted, { run, rules: to.rules }, git, date);
    store.writeDryRun(text);
    pending.onDryRun?.(text);
    return { detail: "dry run: nothing was posted or pushed" };
  }
  const url =
    accepted.kind === "plan"
      ? await publishPlan(to, accepted.plan)
      : await publishChanges(to, await git(), { ...accepted, date });
  return { url };
}
