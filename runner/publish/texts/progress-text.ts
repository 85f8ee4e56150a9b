import type { ProgressText, RunContext } from "../../mediator/ports.ts";
import { lineMarkdown } from "../../render/block-markdown.ts";
import { costText } from "./cost-text.ts";

const stageNames = { planning: "planning", implementation: "carrying out the plan" } as const;

/** What people read in a progress comment. */
export function progressText({ stage }: Pick<RunContext, "stage">, text: ProgressText): string {
  const { state, report, url, ledger } = text;
  const head = {
    working: `⏳ **Codex is ${stageNames[stage]}**${report ? `: ${report.activity}` : ""}.`,
    publishing: `⏳ **Codex is done ${stageNames[stage]}**; the result is being published.`,
    ended: `The run has ended${url ? `: ${url}` : "."}`,
  }[state];
  const todo = report?.todo.map(({ text: item, done }) => `- ${done ? "☑" : "☐"} ${lineMarkdown(item, 200)}`) ?? [];
  const stop = state === "working" ? ["Comment `/cancel` to stop it."] : [];
  return [
    head,
    ...(todo.length > 0 ? [todo.join("\n")] : []),
    [...stop, `${state === "ended" ? "Cost" : "So far"}: ${costText(ledger)}.`].join(" "),
  ].join("\n\n");
}
