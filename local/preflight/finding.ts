import { type Finding as AnyFinding, findingSchema, inOrder } from "froussard/checks/finding";
import { githubCheckIds } from "froussard/checks/github/github-checks";
import * as z from "zod";

/** What is checked, in the order in which it is told. The ids are stable: `docs/preflight.md` says what each means. */
export const checkIds = [
  "settings",
  "node",
  "git",
  "data-folder",
  "disk-space",
  "webhook-port",
  "codex",
  "sandbox",
  "codex-sandbox",
  "model",
  ...githubCheckIds,
] as const;
export type CheckId = (typeof checkIds)[number];
export type Finding = AnyFinding<CheckId>;

/** What `--check --json` prints. */
export const preflightReportSchema = z.strictObject({
  /** Nothing stands in the way; warnings may be left. */
  ready: z.boolean(),
  findings: z.array(findingSchema(checkIds)),
});
export type PreflightReport = z.infer<typeof preflightReportSchema>;

/** Findings as a report, in the order of the ids; those of one id stay in theirs. */
export function reportOf(findings: readonly Finding[]): PreflightReport {
  return { ready: findings.every(({ status }) => status !== "fault"), findings: inOrder(checkIds, findings) };
}
