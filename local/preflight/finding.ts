import { visibleLine, visibleText } from "codex-runner/render/visible-text";
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
  "github",
  "clock",
  "sign-in",
  "token-expiry",
  "token-scopes",
  "repository",
  "repository-access",
  "base-branch",
  "branch-protection",
  "branch-rules",
  "approver",
  "approver-access",
  "one-account",
] as const;
export type CheckId = (typeof checkIds)[number];

export const statuses = ["ok", "warning", "fault", "skipped"] as const;
export type Status = (typeof statuses)[number];

export const findingSchema = z.strictObject({
  id: z.enum(checkIds),
  /** Which repository, login or file it is about, where there can be several. */
  about: z.string().optional(),
  status: z.enum(statuses),
  /** What was found; of a skipped check, why it was not made. */
  found: z.string(),
  /** What to do about it; shell commands stand in lines of their own. */
  fix: z.string().optional(),
});
export type Finding = z.infer<typeof findingSchema>;

/** What `--check --json` prints. */
export const preflightReportSchema = z.strictObject({
  /** Nothing stands in the way; warnings may be left. */
  ready: z.boolean(),
  findings: z.array(findingSchema),
});
export type PreflightReport = z.infer<typeof preflightReportSchema>;

/** Findings of one check. What others wrote (GitHub, a provider, a program) can be in their texts: they are made inert. */
export function check(id: CheckId, about?: string) {
  const finding = (status: Status, found: string, fix?: string): Finding => ({
    id,
    ...(about !== undefined && { about: visibleLine(about) }),
    status,
    found: visibleLine(found),
    ...(fix !== undefined && { fix: visibleText(fix) }),
  });
  return {
    ok: (found: string) => finding("ok", found),
    warning: (found: string, fix: string) => finding("warning", found, fix),
    fault: (found: string, fix: string) => finding("fault", found, fix),
    skipped: (because: string) => finding("skipped", because),
  };
}

/** Findings as a report, in the order of the ids; those of one id stay in theirs. */
export function reportOf(findings: readonly Finding[]): PreflightReport {
  const place = ({ id }: Finding) => checkIds.indexOf(id);
  return {
    ready: findings.every(({ status }) => status !== "fault"),
    findings: findings.toSorted((one, other) => place(one) - place(other)),
  };
}
