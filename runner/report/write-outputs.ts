import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "./report.ts";

/**
 * Writes what a run came to into a folder, one file each: `planCommentUrl`, `pullRequestUrl`, `usage` (JSON). All are
 * always there, empty where there is nothing: whoever collects them must not fail over a missing one.
 */
export function writeOutputs(folder: string, report: Partial<Report>): void {
  const { planCommentUrl = "", pullRequestUrl = "", usage } = report;
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries({
    planCommentUrl,
    pullRequestUrl,
    usage: usage ? JSON.stringify(usage) : "",
  }))
    writeFileSync(join(folder, name), text);
}
