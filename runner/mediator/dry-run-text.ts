import { commitMessage } from "../render/commit-message.ts";
import type { Accepted } from "./accept-result.ts";
import type { GitRepository, RunContext } from "./ports.ts";
import type { RunRules } from "./prepare-run.ts";
import { tellProtected } from "./tell-protected.ts";

/**
 * What a dry run shows in place of a plan comment or a pull request. The change goes through the same checks as one that
 * is pushed. @throws RunFailure when the change would be refused
 */
export async function dryRunText(
  accepted: Exclude<Accepted, { kind: "failure" }>,
  { run, rules }: { run: RunContext; rules: RunRules },
  openGit: () => Promise<GitRepository>,
  date: string,
): Promise<string> {
  if (accepted.kind === "plan") return planText(tellProtected(accepted.plan, rules.changes.protectedPaths));
  const { report, changes } = accepted;
  const git = await openGit();
  await git.fetchCommit(run.base.commit);
  const message = commitMessage({ report, issueNumber: run.snapshot.issue.number, taskId: run.taskId });
  const { files } = await git.commitChanges({ base: run.base.commit, changes, message, date });
  return [
    `# ${report.title}`,
    report.summary,
    list("Tests", report.tests),
    list(
      `Changed files (${files.length})`,
      files.map(({ status, path }) => `${status} ${path}`),
    ),
  ].join("\n\n");
}

type Plan = Extract<Accepted, { kind: "plan" }>["plan"];

function planText(plan: Plan): string {
  return [
    plan.summary,
    `Steps\n${plan.steps.map(({ title, detail }, index) => `${index + 1}. ${title}${detail ? `\n   ${detail}` : ""}`).join("\n")}`,
    list(
      "Files",
      plan.files.map(({ path, action, reason }) => `${action} ${path}${reason ? `: ${reason}` : ""}`),
    ),
    list("Commands", plan.commands),
    list("Risks", plan.risks),
    list("Tests", plan.tests),
    list("Open questions", plan.openQuestions),
  ].join("\n\n");
}

function list(title: string, lines: readonly string[]): string {
  return `${title}\n${lines.length > 0 ? lines.map((line) => `- ${line}`).join("\n") : "- none"}`;
}
