import type { WriteStream } from "node:tty";
import type { PreflightReport } from "./finding.ts";
import type { PreflightSettings } from "./read-preflight-settings.ts";
import { runPreflight } from "./run-preflight.ts";
import { type ReportView, showReport } from "./show-report.ts";

/** Where a report is written, and whether people look at it there. */
export type ReportOutput = Pick<WriteStream, "write"> & Partial<Pick<WriteStream, "isTTY" | "columns" | "hasColors">>;

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

/** A table on a terminal, with its colours if it has some and nobody objects (NO_COLOR); plain lines anywhere else. */
export function viewOf({ isTTY, columns, hasColors }: ReportOutput): ReportView {
  return { terminal: isTTY ?? false, colours: hasColors?.() ?? false, ...(columns !== undefined && { columns }) };
}
