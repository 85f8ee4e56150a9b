import type { ChangeReport } from "../plan.ts";
import { plainBlock, plainLine } from "./plain-text.ts";

const subjectLength = 72;
const bodyLength = 4_000;

/**
 * Message of an implementation's commit: the agent's title and summary as inert plain text, and one trailer, ours. A
 * trailer is what stands in the last paragraph; the model's lines never do.
 */
export function commitMessage(input: { report: ChangeReport; issueNumber: number; taskId: string }): string {
  const { report, issueNumber, taskId } = input;
  const subject = plainLine(report.title, subjectLength).replace(/^[\s/#-]+/, "") || `Change for issue ${issueNumber}`;
  const body = plainBlock(report.summary, bodyLength);
  return [subject, ...(body ? [body] : []), `${taskTrailer}: ${taskId}`].join("\n\n").concat("\n");
}

/** Name of the trailer that marks a commit as ours. */
export const taskTrailer = "Codex-Task";
