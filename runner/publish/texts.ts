import {
  codes,
  hiddenIds,
  limits,
  type PlanIds,
  parsePlanBody,
  planBody,
  planSha256,
  type RunIds,
} from "@froussard/contract";
import type { ChangedFile, Ledger, ProgressText, RunContext, RunEnd } from "../mediator/ports.ts";
import type { ChangeReport, PlanAnswer } from "../plan.ts";
import { blockMarkdown, lineMarkdown } from "../render/block-markdown.ts";
import { codeSpan } from "../render/code-text.ts";
import type { CommitChecks } from "../render/commit-message.ts";
import { plainLine } from "../render/plain-text.ts";
import { visibleLine } from "../render/visible-text.ts";
import { type Block, fitBlocks } from "./fit-blocks.ts";
import { plannedFiles, planText } from "./plan-text.ts";

/** Every text that we put on GitHub. What is not ours comes in through `../render/`. */

const maxFilesListed = 100;
/** For what stands round a text whose size is fitted: markers, ids, line ends. */
const slack = 100;

const logins = (names: readonly string[]) => names.map((name) => codeSpan(visibleLine(name))).join(", ");
const shortHash = (hash: string) => codeSpan(hash.slice(0, 8));
const count = (number: number) => number.toLocaleString("en-US");

/** What a run has cost so far, in one line. */
export function ledgerLine(ledger: Ledger | undefined): string {
  if (!ledger) return "not known, for the run left no record";
  const { model, inputTokens, cachedInputTokens, outputTokens, requests, seconds, estimated } = ledger;
  if (requests === 0) return `nothing was asked of the model, ${minutes(seconds)}`;
  const tokens = count(inputTokens + outputTokens);
  const parts = `${count(inputTokens)} in, of which ${count(cachedInputTokens)} cached, ${count(outputTokens)} out`;
  const most = estimated ? "at most " : "";
  const calls = `${count(requests)} ${requests === 1 ? "request" : "requests"}`;
  return `${codeSpan(visibleLine(model))}, ${most}${tokens} tokens (${parts}) in ${calls}, ${minutes(seconds)}`;
}

function minutes(seconds: number): string {
  return seconds < 60 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} min`;
}

/** What the model was given, and what readers of the page would not have seen in it. */
export function inputLines({ inputs, base, webSearch }: Pick<RunContext, "inputs" | "base" | "webSearch">): string[] {
  const given = inputs.map(({ name, author, sha256 }) => {
    const by = author === undefined ? "a deleted account" : logins([author]);
    return `${name.replaceAll("-", " ")} by ${by} (sha256 ${shortHash(sha256)})`;
  });
  const hidden = inputs.flatMap(({ name, removed }) =>
    removed.map(({ kind, count: number }) => `${count(number)} × ${kind} in the ${name.replaceAll("-", " ")}`),
  );
  return [
    `Made from ${[...given, `commit ${shortHash(base.commit)} of ${codeSpan(base.branch)}`].join(", ")}.`,
    ...(hidden.length > 0 ? [`⚠️ Hidden text was removed before the agent read it: ${hidden.join(", ")}.`] : []),
    `Web search: ${webSearch}.`,
  ];
}

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
  const footer = (hash8: string) =>
    [
      "---",
      `**Approve** with a 👍 on this comment, or by commenting \`/approve\` (\`/approve ${hash8}\` means exactly this text). ` +
        `${approvers.length > 0 ? `Only ${logins(approvers)} can. ` : ""}A draft pull request follows; nothing is merged by itself.`,
      "**Change** it by commenting `/replan <what should be different>`, or edit the plan above and approve it then.",
      [...inputLines(run), `Cost: ${ledgerLine(ledger)}.`].join(" "),
    ].join("\n\n");
  const room = limits.githubBodyCharacters - planBody("", ids, footer("00000000")).length - slack;
  const text = planText(plan, room);
  // The hash is over what a reader takes out of the comment, so it is taken out of one.
  const standing = parsePlanBody(planBody(text, ids, ""));
  if (!standing) throw new Error("a plan comment must be readable as one");
  return planBody(text, ids, footer(planSha256(standing.text, ids.baseCommit).slice(0, 8)));
}

const stageNames = { planning: "planning", implementation: "carrying out the plan" } as const;

/** What people read in a progress comment. */
export function progressText({ stage }: Pick<RunContext, "stage">, text: ProgressText): string {
  const { state, report, url, ledger } = text;
  const head = {
    working: `⏳ Codex is ${stageNames[stage]}${report ? `: ${report.activity}` : ""}.`,
    publishing: `⏳ Codex is done ${stageNames[stage]}; the result is being published.`,
    ended: `The run has ended${url ? `: ${url}` : "."}`,
  }[state];
  const todo = report?.todo.map(({ text: item, done }) => `- ${done ? "☑" : "☐"} ${lineMarkdown(item, 200)}`) ?? [];
  const stop = state === "working" ? ["Comment `/cancel` to stop it."] : [];
  return [
    head,
    ...(todo.length > 0 ? [todo.join("\n")] : []),
    ...stop,
    `${state === "ended" ? "Cost" : "So far"}: ${ledgerLine(ledger)}.`,
  ].join("\n\n");
}

/** What people read at the end of a stage. */
export function resultText({ stage, taskId }: Pick<RunContext, "stage" | "taskId">, end: RunEnd): string {
  const cost = `Cost: ${ledgerLine(end.ledger)}. Task ${codeSpan(taskId)}.`;
  if (end.outcome === "done") {
    const { pullRequest, planUrl } = end;
    if (pullRequest)
      return [
        `✅ The draft pull request is there: ${pullRequest.url}`,
        "**Next:** review it, run its checks, and mark it as ready when you agree.",
        cost,
      ].join("\n\n");
    return [`✅ The plan is there${planUrl ? `: ${planUrl}` : ""}`, cost].join("\n\n");
  }
  const { text, next } = codes[end.code];
  const detail = lineMarkdown(end.detail, 600);
  const mark = end.outcome === "failed" ? "❌" : "⏹️";
  return [
    `${mark} **${text}** (${stage}, ${codeSpan(end.code)}).`,
    ...(detail ? [`Detail: ${detail}`] : []),
    `**Next:** ${next}`,
    cost,
  ].join("\n\n");
}

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
    `Carries out [this plan](${plan.comment.url}) (${shortHash(plan.sha256)})${approvedBy ? `, approved by ${logins([approvedBy])}` : ""}, ` +
      `from commit ${shortHash(base.commit)} of ${codeSpan(base.branch)}.`,
    ...(issueEditedSincePlan
      ? ["⚠️ The issue was edited after the plan was made. The plan was followed, not the new text."]
      : []),
    ...(checks === "hold" ? [heldChecks] : []),
  ];
  const tail = [`Cost: ${ledgerLine(ledger)}.`, hiddenIds(ids)].join("\n\n");
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
