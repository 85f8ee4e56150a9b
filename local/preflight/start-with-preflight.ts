import type { ReportView } from "froussard/checks/show-report";
import type { PreflightReport } from "./finding.ts";
import type { PreflightSettings } from "./read-preflight-settings.ts";
import { runPreflight } from "./run-preflight.ts";
import { showReport } from "./show-report.ts";

/** Nothing was started, because of the faults in the report. */
export class PreflightError extends Error {
  readonly report: PreflightReport;

  constructor(report: PreflightReport, view: ReportView) {
    super(`nothing was started:\n${showReport(report, view, ["fault", "warning"])}`);
    this.name = "PreflightError";
    this.report = report;
  }
}

/**
 * Looks at everything before anything is accepted, and answers whose account it is.
 * @throws PreflightError when something stands in the way; the signal's reason when it was aborted meanwhile
 */
export async function startWithPreflight(
  settings: PreflightSettings,
  { view, signal }: { view: ReportView; signal: AbortSignal },
): Promise<{ report: PreflightReport; account: { id: number; login: string } }> {
  const { report, account } = await runPreflight(settings, signal);
  signal.throwIfAborted();
  if (!report.ready || !account) throw new PreflightError(report, view);
  return { report, account };
}
