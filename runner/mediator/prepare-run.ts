import type { ChangeRules } from "../git/change-rules.ts";
import { changeReportSchema, planSchema } from "../plan.ts";
import { implementationPrompt } from "../prompt/implementation-prompt.ts";
import { outputSchema } from "../prompt/output-schema.ts";
import { planningPrompt } from "../prompt/planning-prompt.ts";
import type { CommitChecks } from "../render/commit-message.ts";
import {
  type Confirmation,
  type ConfirmedRun,
  type ConfirmInput,
  confirmRun,
  type RequestRules,
} from "./confirm-run.ts";
import type { RunContext } from "./ports.ts";

export interface RunRules extends RequestRules {
  /** What a change may be; the agent is told in both stages. */
  changes: ChangeRules;
  commitChecks: CommitChecks;
}

export interface PrepareInput extends ConfirmInput {
  rules: RunRules;
}

/** Work that GitHub confirms, and what the model is asked. */
export interface PreparedRun extends ConfirmedRun {
  prompt: string;
  outputSchema: Record<string, unknown>;
}

export type Preparation = PreparedRun | Exclude<Confirmation, ConfirmedRun>;

/** Confirms a run, and makes its prompt. @throws RunFailure with the code to be told */
export async function prepareRun(input: PrepareInput): Promise<Preparation> {
  const confirmed = await confirmRun(input);
  if (!("cause" in confirmed)) return confirmed;
  const { run } = confirmed;
  const isPlanning = run.stage === "planning";
  const asked = { ...named(run), changes: input.rules.changes };
  return {
    ...confirmed,
    prompt: isPlanning ? planningPrompt(asked) : implementationPrompt(asked),
    outputSchema: outputSchema(isPlanning ? planSchema : changeReportSchema),
  };
}

/** What both prompts show of a run. */
export function named({ snapshot, base, inputs }: RunContext) {
  return { repository: snapshot.repository.nameWithOwner, issueNumber: snapshot.issue.number, base, inputs };
}
