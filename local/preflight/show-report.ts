import { type Status, statuses } from "froussard/checks/finding";
import { countOf, type ReportView, showFindings } from "froussard/checks/show-report";
import type { PreflightReport } from "./finding.ts";

/** The report as text, or what of it has one of these statuses; the last line sums all of it up. Pure. */
export function showReport(report: PreflightReport, view: ReportView, shown: readonly Status[] = statuses): string {
  const findings = report.findings.filter(({ status }) => shown.includes(status));
  return showFindings(findings, summaryOf(report), view);
}

/** One sentence: how many of what. Pure. */
export function summaryOf({ ready, findings }: PreflightReport): string {
  const warned = findings.some(({ status }) => status === "warning");
  const rest = warned ? `, ${countOf(findings, "warning", "warning")}` : "";
  return ready
    ? `ready: ${countOf(findings, "ok", "check")} passed${rest}${warned ? "; what each means: docs/preflight.md" : ""}`
    : `not ready: ${countOf(findings, "fault", "fault")}${rest}; what each means: docs/preflight.md`;
}
