import { type FailureCode, RunFailure, type Stage } from "@froussard/contract";
import { type ChangeReport, changeReportSchema, type PlanAnswer, planSchema } from "../plan.ts";
import type { Change, RunResult } from "../protocol.ts";

/** A result that can be published, or the failure that it means. */
export type Accepted =
  | { kind: "plan"; plan: PlanAnswer }
  | { kind: "changes"; report: ChangeReport; changes: Change[] }
  | { kind: "failure"; failure: RunFailure };

/** What an agent can know; it may not claim, say, that GitHub was down and have the run repeated for it. */
const agentCodes: readonly FailureCode[] = [
  "agent-failed",
  "agent-lost",
  "deadline-exceeded",
  "idle",
  "sandbox-failed",
  "sandbox-limit",
  "sandbox-unavailable",
  "no-changes",
  "invalid-changes",
  "invalid-plan",
  "model-refused",
  "model-unavailable",
  "budget-exhausted",
];

/** Judges an agent's answer. Pure. */
export function acceptResult(stage: Stage, result: RunResult): Accepted {
  if (result.kind === "failure") {
    const code = agentCodes.includes(result.code) ? result.code : "agent-failed";
    return failed(code, result.detail);
  }
  if (result.kind === "plan") {
    if (stage !== "planning") return failed("agent-failed", "the agent answered with a plan instead of a change");
    const plan = planSchema.safeParse(result.plan);
    if (plan.success) return { kind: "plan", plan: plan.data };
    return failed("invalid-plan", `in ${plan.error.issues[0]?.path.join(".") || "the answer as a whole"}`);
  }
  if (stage !== "implementation") return failed("agent-failed", "the agent answered with a change instead of a plan");
  if (result.changes.length === 0) return failed("no-changes");
  return { kind: "changes", report: readReport(result.report), changes: result.changes };
}

/** The change is what was paid for: a report without the required form does not throw it away. */
function readReport(report: unknown): ChangeReport {
  return (
    changeReportSchema.safeParse(report).data ?? {
      title: "Carry out the approved plan",
      summary: "The agent left no usable summary of this change.",
      tests: [],
    }
  );
}

function failed(code: FailureCode, detail?: string): Accepted {
  return { kind: "failure", failure: new RunFailure(code, detail) };
}
