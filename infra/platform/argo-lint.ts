import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { goldenMessages } from "../testing/golden-messages.ts";
import { launchFaults } from "./launch-faults.ts";
import { launchTasks } from "./launch-tasks.ts";
import { type ManifestFile, manifestsOf } from "./manifest-file.ts";
import { runTool, type ToolRun } from "./run-tool.ts";

/** Kinds that `argo lint` knows; it ignores all others, those inside a Sensor too. */
const linted = new Set(["WorkflowTemplate", "Workflow", "CronWorkflow", "ClusterWorkflowTemplate"]);

/**
 * `argo lint --offline` over every manifest that it knows and over the Workflow that the Sensor makes of each golden
 * message, beside each other in one folder, so that a Workflow finds its template.
 */
export function argoLint(tools: { argo: string; sensorCheck: string }, files: readonly ManifestFile[]): ToolRun {
  const report = launchTasks(tools.sensorCheck, files, goldenMessages);
  const faults = launchFaults(report, goldenMessages);
  if (faults.length > 0) return { status: 1, output: `${faults.join("\n")}\n` };
  const folder = mkdtempSync(join(tmpdir(), "argo-lint-"));
  const lay = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  try {
    const known = files.filter((file) => manifestsOf(file).some(({ kind }) => linted.has(kind)));
    for (const { path, text } of known) lay(path, text);
    for (const { object, record } of report.launches)
      lay(`workflow of ${record.replaceAll(/\W+/g, " ")}.yaml`, stringify(object));
    return runTool(tools.argo, ["lint", "--offline", "--output", "pretty", "."], folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
