import { setTimeout as sleep } from "node:timers/promises";
import type { Policy } from "@froussard/contract";
import { codes, RunFailure } from "@froussard/contract";
import { approvalOf, checkWanted } from "./approval-check.ts";
import type { GitHubFacts } from "./github-facts.ts";
import type { Cause } from "./identify-task.ts";

export interface WantedCheckOptions {
  facts: Pick<GitHubFacts, "issue" | "issueChanged" | "commentChanged">;
  repository: string;
  issueNumber: number;
  policy: Policy;
  cause: Cause;
  /** The plan that is carried out: then its approval is part of what is wanted. */
  approved?: { commentId: number; planSha256: string } | undefined;
  now(): number;
  /** GitHub is asked at most this often. Milliseconds. */
  intervalMs: number;
  /** A request to the model waits so long for GitHub; a later answer counts for the next one. Milliseconds. @default 3_000 */
  patienceMs?: number;
  warn(message: string): void;
}

/** What people decided, in contrast to what went wrong while they were asked. */
export const isTakenBack = ({ code }: RunFailure): boolean => codes[code].outcome !== "failed";

/**
 * Whether the run's result is still wanted, asked at each request to the model. An issue that did not change costs a
 * conditional request, and so does the approved plan; only a changed one is read. When GitHub cannot be asked, the run goes
 * on: it is asked again before anything is published. The function rejects with what took the work back (`issue-closed`,
 * `cancelled`, `not-approved` …), from then on at once.
 */
export function createWantedCheck(options: WantedCheckOptions): () => Promise<void> {
  const {
    facts,
    repository,
    issueNumber,
    policy,
    cause,
    approved,
    now,
    intervalMs,
    patienceMs = 3_000,
    warn,
  } = options;
  let lastAsked = Number.NEGATIVE_INFINITY;
  let etag: string | undefined;
  let commentEtag: string | undefined;
  let under: Promise<void> | undefined;
  let over: RunFailure | undefined;

  async function ask(): Promise<void> {
    try {
      const seen = await facts.issueChanged(repository, issueNumber, etag);
      const plan = approved && (await facts.commentChanged(repository, approved.commentId, commentEtag));
      if (seen.changed || plan?.changed) {
        const snapshot = await facts.issue(repository, issueNumber);
        if (!snapshot) throw new RunFailure("issue-closed", "the issue is gone");
        if (approved) approvalOf(snapshot, policy, approved.commentId, approved.planSha256, cause);
        checkWanted(snapshot, policy, cause);
      }
      etag = seen.etag;
      commentEtag = plan?.etag;
    } catch (error) {
      if (error instanceof RunFailure && isTakenBack(error)) over = error;
      else warn(`could not look whether the run is still wanted: ${error instanceof Error ? error.message : error}`);
    }
  }

  return async () => {
    if (!over && now() - lastAsked >= intervalMs) {
      lastAsked = now();
      under ??= ask().finally(() => {
        under = undefined;
      });
    }
    if (under) await Promise.race([under, sleep(patienceMs, undefined, { ref: false })]);
    if (over) throw over;
  };
}
