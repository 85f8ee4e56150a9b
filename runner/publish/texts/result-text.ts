import { codes, type FailureCode } from "@froussard/contract";
import type { RunContext, RunEnd } from "../../mediator/ports.ts";
import { lineMarkdown } from "../../render/block-markdown.ts";
import { codeBlock, codeSpan } from "../../render/code-text.ts";
import { costText } from "./cost-text.ts";
import { counted } from "./words.ts";

/** What people read at the end of a stage. */
export function resultText(run: Pick<RunContext, "stage" | "taskId">, end: RunEnd): string {
  const facts = [`Cost${end.outcome === "done" ? "" : " so far"}: ${costText(end.ledger)}.`];
  const task = `Task ${codeSpan(run.taskId)}.`;
  if (end.outcome !== "done") return failureText(run, end, [...facts, ...retriesLeft(end), task].join(" "));
  const { pullRequest, planUrl } = end;
  const text = [...facts, task].join(" ");
  if (!pullRequest) return [`✅ **The plan is there**${planUrl ? `: ${planUrl}` : "."}`, text].join("\n\n");
  return [
    `✅ **The draft pull request is there**: ${pullRequest.url}`,
    "**Next:** review it, run its checks, and mark it as ready when you agree.",
    text,
  ].join("\n\n");
}

type Failed = Exclude<RunEnd, { outcome: "done" }>;

function failureText({ stage }: Pick<RunContext, "stage">, end: Failed, facts: string): string {
  const { text, next, command }: { text: string; next: string; command?: string } = codes[end.code];
  const detail = lineMarkdown(end.detail, 600);
  const mark = end.outcome === "failed" ? "❌" : "⏹️";
  return [
    `${mark} **${text}** (${stage}, ${codeSpan(end.code)}).`,
    ...(detail ? [detail] : []),
    `**Next:** ${next}`,
    // A block of its own has GitHub's button to copy it.
    ...(command ? [codeBlock(command)] : []),
    facts,
  ].join("\n\n");
}

/** How often it was tried, and what a `/retry` still has to go on. */
function retriesLeft({ code, attempts = 0, runsLeft }: Failed): string[] {
  const tries = attempts > 1 ? `It was tried ${counted(attempts, "time")}` : undefined;
  const byItself = "it is not tried again by itself";
  return [
    tries ? `${tries}; ${byItself}.` : `${byItself.charAt(0).toUpperCase()}${byItself.slice(1)}.`,
    ...(runsLeft === undefined || limitCodes.includes(code)
      ? []
      : [`This issue has ${counted(runsLeft, "run")} left.`]),
  ];
}

/** Their detail says it. */
const limitCodes: readonly FailureCode[] = ["issue-limit", "daily-limit"];
