import { limits, type PlanIds, parsePlanBody, planBody, planSha256 } from "@froussard/contract";
import type { Ledger, RunContext } from "../../mediator/ports.ts";
import type { PlanAnswer } from "../../plan.ts";
import { codeSpan } from "../../render/code-text.ts";
import { costText, ledgerEntries } from "./cost-text.ts";
import { hiddenTextWarning, inputEntries } from "./input-entries.ts";
import { planText } from "./plan-text.ts";
import { details, logins } from "./words.ts";

/** For what stands round a text whose size is fitted: line ends. */
const slack = 100;

/** A whole plan comment. The plan is cut inside when it does not fit. */
export function planComment(input: {
  run: RunContext;
  ids: PlanIds;
  plan: PlanAnswer;
  ledger: Ledger;
  /** Logins of the people who may approve. */
  approvers: readonly string[];
}): string {
  const { run, ids, plan, ledger, approvers } = input;
  const footer = (hash8: string) => footerText(run, ledger, approvers, hash8);
  const room = limits.githubBodyCharacters - planBody("", ids, footer("00000000")).length - slack;
  const text = planText(plan, room);
  // The hash is over what a reader takes out of the comment, so it is taken out of one.
  const standing = parsePlanBody(planBody(text, ids, ""));
  if (!standing) throw new Error("a plan comment must be readable as one");
  return planBody(text, ids, footer(planSha256(standing.text, ids.baseCommit).slice(0, 8)));
}

/** What stands below a plan: how to decide, what to know for that, and, folded away, what it was made from. */
function footerText(run: RunContext, ledger: Ledger, approvers: readonly string[], hash8: string): string {
  const warning = hiddenTextWarning(run);
  const who = approvers.length > 0 ? ` Only ${logins(approvers)} can.` : "";
  return [
    "---",
    [
      `- 👍 **Approve**: react with 👍 to this comment, or comment \`/approve\` (\`/approve ${hash8}\` means exactly this text).${who} A draft pull request follows; nothing is merged by itself.`,
      "- ✏️ **Change**: comment `/replan <what should be different>`, or edit the plan above and approve it then. Ordinary comments are not read.",
      "- ⏹️ **Leave it**: close the issue.",
    ].join("\n"),
    ...(warning ? [warning] : []),
    details(`How this plan was made: ${costText(ledger)}`, [
      "What the agent was given, as it stood when the run began:",
      "",
      ...inputEntries(run),
      "- Nothing else of this issue: other comments are not read, whoever wrote them",
      "",
      "What it took:",
      "",
      ...ledgerEntries(ledger),
      `- Task ${codeSpan(run.taskId)}`,
    ]),
  ].join("\n\n");
}
