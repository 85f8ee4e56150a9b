import type { PreflightReport } from "./finding.ts";
import type { PreflightSettings } from "./read-preflight-settings.ts";
import { runPreflight } from "./run-preflight.ts";
import { type ReportView, showReport } from "./show-report.ts";

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
 * Looks at everything before anything is accepted, says in a few lines what was found, and answers whose account it is.
 * @throws PreflightError when something stands in the way
 */
export async function startWithPreflight(
  settings: PreflightSettings,
  { view, say, signal }: { view: ReportView; say(text: string): void; signal: AbortSignal },
): Promise<{ id: number; login: string }> {
  const { report, account } = await runPreflight(settings, signal);
  signal.throwIfAborted();
  if (!report.ready || !account) throw new PreflightError(report, view);
  say(showReport(report, view, ["warning"]));
  return account;
}
