import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codes, type ReportOutput, type Stage } from "@froussard/contract";
import type { Report } from "./report.ts";

/**
 * Writes what a run came to into a folder, one file for each of the contract's `reportOutputs`. All are always there:
 * whoever collects them must not fail over a missing one.
 */
export function writeOutputs(folder: string, report: Partial<Report>, stage?: Stage): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(outputsOf(report, stage))) writeFileSync(join(folder, name), text);
}

/** The input that was not in the provider's cache, what was, and the output: together all tokens, each once. */
function outputsOf(report: Partial<Report>, stage: Stage | undefined): Record<ReportOutput, string> {
  const { planCommentUrl = "", pullRequestUrl = "", usage, outcome = "none", code } = report;
  const { inputTokens = 0, cachedInputTokens = 0, outputTokens = 0, seconds = 0, cost = "0" } = usage ?? {};
  return {
    planCommentUrl,
    pullRequestUrl,
    usage: usage ? JSON.stringify(usage) : "",
    stage: stage ?? "none",
    outcome,
    code: code ?? "none",
    type: code ? codes[code].type : "none",
    inputTokens: String(Math.max(0, inputTokens - cachedInputTokens)),
    cachedTokens: String(cachedInputTokens),
    outputTokens: String(outputTokens),
    agentSeconds: String(seconds),
    // Without its currency, which the prices name.
    cost: cost.split(" ")[0] ?? "0",
  };
}
