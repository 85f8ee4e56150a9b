import { visibleLine, visibleText } from "@froussard/contract";
import type { PlanAnswer } from "../../plan.ts";
import { blockMarkdown, lineMarkdown } from "../../render/block-markdown.ts";
import { codeBlock, codeSpan } from "../../render/code-text.ts";
import { type Block, fitBlocks } from "../fit-blocks.ts";

const filesHeading = "**Files**";

/** The text that is approved, rendered from the agent's answer; at most `room` characters, a cut is marked in it. */
export function planText(plan: PlanAnswer, room: number): string {
  const { summary, steps, files, commands, tests, risks, openQuestions } = plan;
  const blocks = [
    { text: blockMarkdown(summary, 4_000) },
    // Before everything that hangs on their answers.
    ...section("**Open questions**", openQuestions.map(bullet)),
    ...section("**Steps**", steps.map(stepBlock), false),
    ...section(filesHeading, files.map(fileLine)),
    ...section("**Commands**", commands.map(commandBlock)),
    ...section("**Tests**", tests.map(bullet)),
    ...section("**Risks**", risks.map(bullet)),
  ];
  return fitBlocks(blocks, room, "What is cut is not part of the plan; `/replan` asks for a shorter one.");
}

/** One block for each entry, so that a long section can be cut between entries; the heading stays with the first. */
function section(heading: string, entries: readonly string[], tight = true): Block[] {
  return entries.map((entry, index) => (index === 0 ? { text: `${heading}\n\n${entry}` } : { text: entry, tight }));
}

function stepBlock({ title, detail }: PlanAnswer["steps"][number], index: number): string {
  const marker = `${index + 1}. `;
  const first = `${marker}**${lineMarkdown(title.replaceAll("**", ""), 300)}**`;
  const text = blockMarkdown(detail, 4_000);
  return text === "" ? first : `${first}\n\n${indent(text, marker.length)}`;
}

function fileLine({ path, action, reason }: PlanAnswer["files"][number]): string {
  const why = lineMarkdown(reason, 500);
  return `- ${action} ${codeSpan(visibleLine(path))}${why ? `: ${why}` : ""}`;
}

function commandBlock(command: string): string {
  const text = visibleText(command).trim();
  return text.includes("\n") ? `- \n${indent(codeBlock(text, "sh"), 2)}` : `- ${codeSpan(visibleLine(text))}`;
}

function bullet(text: string): string {
  return `- ${indent(blockMarkdown(text, 1_000), 2).trimStart()}`;
}

function indent(text: string, columns: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(columns));
}

/** Paths in the files section of a plan's text as it stands; best effort where a person edited the plan. */
export function plannedFiles(text: string): string[] {
  const start = text.split(/\r?\n/).indexOf(filesHeading);
  if (start < 0) return [];
  const paths: string[] = [];
  for (const line of text.split(/\r?\n/).slice(start + 1)) {
    if (line.trim() === "") continue;
    const path = /^- (?:create|change|delete) (`+) ?(.+?) ?\1(?!`)/.exec(line)?.[2];
    if (path === undefined) break;
    paths.push(path);
  }
  return paths;
}
