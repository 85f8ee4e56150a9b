import type { ChangeReport } from "../plan.ts";
import { plainBlock, plainLine } from "./plain-text.ts";

const subjectLength = 72;
const bodyLength = 4_000;

/** Whether CI runs on our commits: at once, or from the next commit on, which is a person's. */
export const commitChecks = ["run", "hold"] as const;
export type CommitChecks = (typeof commitChecks)[number];

/** GitHub's trailer that holds Actions' `push` and `pull_request`; it must be the last, two empty lines before the trailers. */
const holdingTrailer = "skip-checks: true";

/**
 * Message of an implementation's commit: the agent's title and summary as inert plain text, and one trailer, ours. A
 * trailer is what stands in the last paragraph; the model's lines never do.
 */
export function commitMessage(input: {
  report: ChangeReport;
  issueNumber: number;
  taskId: string;
  checks?: CommitChecks;
}): string {
  const { report, issueNumber, taskId, checks = "run" } = input;
  const subject = plainLine(report.title, subjectLength).replace(/^[\s/#-]+/, "") || `Change for issue ${issueNumber}`;
  const body = plainBlock(report.summary, bodyLength);
  const text = [subject, ...(body ? [body] : [])].join("\n\n");
  const trailer = `${taskTrailer}: ${taskId}\n`;
  return checks === "hold" ? `${text}\n\n\n${trailer}${holdingTrailer}\n` : `${text}\n\n${trailer}`;
}

/** Name of the trailer that marks a commit as ours. */
export const taskTrailer = "Codex-Task";

/** Takes a message of ours apart again: title and summary, and whether checks are held. */
export function readCommitMessage(message: string): { report: ChangeReport; checks: CommitChecks } {
  const [title = "", ...rest] = message.trimEnd().split("\n");
  const checks = rest.at(-1) === holdingTrailer ? "hold" : "run";
  const summary = rest
    .filter((line) => !line.startsWith(`${taskTrailer}: `) && line !== holdingTrailer)
    .join("\n")
    .trim();
  return { report: { title: title.slice(0, 200), summary: summary || title, tests: [] }, checks };
}
