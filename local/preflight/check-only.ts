import { type ReportOutput, viewOf } from "froussard/checks/show-report";
import type { PreflightReport } from "./finding.ts";
import type { PreflightSettings } from "./read-preflight-settings.ts";
import { runPreflight } from "./run-preflight.ts";
import { showReport } from "./show-report.ts";

/** `--check`: looks at everything, shows all of it, and answers the exit code: 0 when a start would succeed, 1 otherwise. */
export async function checkOnly(
  settings: PreflightSettings,
  output: ReportOutput,
  { json = false }: { json?: boolean | undefined } = {},
): Promise<0 | 1> {
  const { report } = await runPreflight(settings);
  output.write(`${json ? JSON.stringify(report satisfies PreflightReport) : showReport(report, viewOf(output))}\n`);
  return report.ready ? 0 : 1;
}
