import { hiddenIds, limits, type RunIds, visibleLine } from "@froussard/contract";
import type { ChangedFile, Ledger, RunContext } from "../../mediator/ports.ts";
import type { ChangeReport } from "../../plan.ts";
import { blockMarkdown, lineMarkdown } from "../../render/block-markdown.ts";
import { codeSpan } from "../../render/code-text.ts";
import type { CommitChecks } from "../../render/commit-message.ts";
import { plainLine } from "../../render/plain-text.ts";
import { type Block, fitBlocks } from "../fit-blocks.ts";
import { costText, ledgerEntries } from "./cost-text.ts";
import { accessWords, inputEntries } from "./input-entries.ts";
import { plannedFiles } from "./plan-text.ts";
import { details, logins, shortHash } from "./words.ts";

const maxFilesListed = 100;
/** For what stands round a text whose size is fitted: line ends. */
const slack = 100;

/** Title of a pull request, one line of inert plain text. */
export function pullRequestTitle(report: ChangeReport, issueNumber: number): string {
  return plainLine(report.title, 200) || `Change for issue ${issueNumber}`;
}

/** What the setting `hold` did, and how to go on. */
const heldChecks =
  "⏸️ **Checks are held**: the commit ends with `skip-checks: true`, so that GitHub Actions starts nothing of `push` and `pull_request` for it. Read the change, then push a commit of your own (an empty one will do) to start them; leave that line out of a squashed commit's message.";

/** Body of a pull request; what decides (`Closes`, plan, approval) stands first and is never cut. */
export function pullRequestBody(input: {
  run: RunContext;
  ids: RunIds;
  report: ChangeReport;
  files: readonly ChangedFile[];
  checks?: CommitChecks;
  ledger: Ledger;
}): string {
  const { run, ids, report, files, checks, ledger } = input;
  const { implementation, snapshot, base } = run;
  if (!implementation) throw new Error("a pull request belongs to an implementation");
  const { plan, approvedBy, issueEditedSincePlan } = implementation;
  const head = [
    `Closes #${snapshot.issue.number}`,
    `Carries out [this plan](${plan.comment.url}) (${shortHash(plan.sha256)})${approvedBy ? `, approved by ${logins([approvedBy])} (${accessWords(run.access, approvedBy)})` : ""}, ` +
      `from commit ${shortHash(base.commit)} of ${codeSpan(base.branch)}.`,
    ...(issueEditedSincePlan
      ? ["⚠️ The issue was edited after the plan was made. The plan was followed, not the new text."]
      : []),
    ...(checks === "hold" ? [heldChecks] : []),
  ];
  const made = [...inputEntries(run), ...ledgerEntries(ledger), `- Task ${codeSpan(run.taskId)}`];
  const tail = [details(`How this was made: ${costText(ledger)}`, made), hiddenIds(ids)].join("\n\n");
  const blocks = [
    { text: blockMarkdown(report.summary, 8_000) },
    ...drift(plannedFiles(plan.text), files),
    ...report.tests.map((test, index) =>
      index === 0
        ? { text: `**Tests**, as the agent tells it\n\n- ${lineMarkdown(test)}` }
        : { text: `- ${lineMarkdown(test)}`, tight: true },
    ),
  ];
  const room = limits.githubBodyCharacters - head.join("\n\n").length - tail.length - slack;
  return [...head, fitBlocks(blocks, room, "The branch holds the whole change."), "---", tail].join("\n\n");
}

/** The changed files against the planned ones. */
function drift(planned: readonly string[], files: readonly ChangedFile[]): Block[] {
  const changed = new Set(files.map(({ path }) => visibleLine(path)));
  const wanted = new Set(planned);
  const line = ({ path, status }: ChangedFile) => `- ${status} ${codeSpan(visibleLine(path))}`;
  const list = (heading: string, lines: readonly string[]) => {
    const more = lines.length - maxFilesListed;
    const shown = [...lines.slice(0, maxFilesListed), ...(more > 0 ? [`- and ${more} more`] : [])];
    return lines.length > 0 ? [{ text: `${heading}\n\n${shown.join("\n")}` }] : [];
  };
  if (planned.length === 0) return list("**Files changed**", files.map(line));
  const asPlanned = files.filter(({ path }) => wanted.has(visibleLine(path)));
  const beyond = files.filter(({ path }) => !wanted.has(visibleLine(path)));
  const left = planned.filter((path) => !changed.has(path));
  return [
    ...list("**Changed as planned**", asPlanned.map(line)),
    ...list("⚠️ **Changed, but not named in the plan**", beyond.map(line)),
    ...list(
      "⚠️ **Named in the plan, but not changed**",
      left.map((path) => `- ${codeSpan(path)}`),
    ),
  ];
}
