import { codes, type FailureCode, type RunFailure } from "@froussard/contract";

/** Ends of a run that stay, whatever the model does afterwards. */
const isFinal = ({ code }: RunFailure) => code === "budget-exhausted" || codes[code].outcome !== "failed";
/** What an agent says when it cannot know why it failed. */
const vague: ReadonlySet<FailureCode> = new Set([
  "agent-failed",
  "agent-lost",
  "idle",
  "model-unavailable",
  "model-refused",
]);

/** Remembers what the model's side, or the run's end, did to the agent's requests: it says more than the agent can. */
export function createNotedFailure() {
  let noted: RunFailure | undefined;
  return {
    /** Undefined when the model answered after all: it has recovered. */
    note(failure: RunFailure | undefined): void {
      if (!noted || !isFinal(noted)) noted = failure;
    },
    /** The agent's word for its end, or what is known better. */
    explain(failure: RunFailure): RunFailure {
      return noted && (vague.has(failure.code) || isFinal(noted)) ? noted : failure;
    },
  };
}
