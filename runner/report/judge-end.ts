import { type FailureCode, labels, type Outcome, type Stage } from "@froussard/contract";
import type { RunRecord } from "../mediator/record.ts";

export interface EndFacts {
  stage: Stage;
  /** The mediator's record as far as it can still be read. */
  record: RunRecord | undefined;
  /** What stands on GitHub for this run. */
  found: { planUrl?: string; pullRequest?: { url: string; number: number } };
  /** What a result comment of this task says already. */
  told: { outcome: Outcome; code?: FailureCode } | undefined;
  issueClosed: boolean;
  /** A listed person commented `/cancel` after what asked for the run. */
  cancelled: boolean;
}

export type End = { outcome: "done" } | { outcome: Exclude<Outcome, "done">; code: FailureCode; detail: string };

/**
 * How a run ended. What stands on GitHub decides, then what was told already, then the mediator's record; without any of
 * them the run left no word. Pure; the outcome of a code is its own.
 */
export function judgeEnd(facts: EndFacts, outcomeOf: (code: FailureCode) => Exclude<Outcome, "done">): End {
  const { stage, record, found, told, issueClosed, cancelled } = facts;
  const failed = (code: FailureCode, detail = ""): End => ({ outcome: outcomeOf(code), code, detail });
  if (stage === "planning" ? found.planUrl : found.pullRequest) return { outcome: "done" };
  if (told && told.outcome !== "done") return failed(told.code ?? "internal");
  if (record?.state === "closed" && record.code) return failed(record.code, record.detail);
  if (issueClosed) return failed("issue-closed");
  if (cancelled) return failed("cancelled");
  if (told || record?.outcome === "done")
    return failed("internal", "the result was published, but GitHub does not show it");
  if (!record) return failed("no-progress");
  return record.state === "result"
    ? failed("github-unavailable", "the result was not published in time")
    : failed("agent-lost");
}

/** The state label for an end; `keep` leaves alone what a later stage has set meanwhile. */
export function labelOf(stage: Stage, { outcome }: End, present: readonly string[]): string | undefined | "keep" {
  const later: readonly string[] = [labels.implementing, labels.pullRequestOpen];
  if (stage === "planning" && present.some((label) => later.includes(label))) return "keep";
  if (outcome === "done") return stage === "planning" ? labels.awaitingApproval : labels.pullRequestOpen;
  return outcome === "cancelled" ? undefined : labels.failed;
}
