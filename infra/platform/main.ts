import { join } from "node:path";
import process from "node:process";
import { Command } from "commander";
import { argoLint } from "./argo-lint.ts";
import { buildTool } from "./build-tool.ts";
import { cacheFolder } from "./cache-folder.ts";
import { type GoTool, goTools } from "./go-tool.ts";
import { kubeconform } from "./kubeconform.ts";
import { manifestFiles } from "./manifest-file.ts";

const root = join(import.meta.dirname, "../..");
const stopped = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(name, () => stopped.abort(new Error(`stopped by ${name}`)));

const build = (tool: GoTool) =>
  buildTool(tool, {
    cache: cacheFolder(process.env),
    env: process.env,
    report: (line) => console.error(line),
    signal: stopped.signal,
  });

const program = new Command("platform").description("checks of dist/ with the platform's own code");

program
  .command("argo-lint")
  .summary("argo lint --offline over the WorkflowTemplate, and over the Workflows that the Sensor makes")
  .description(
    "Runs the real `argo lint --offline` over every WorkflowTemplate in dist/argocd, and over the Workflow that the\n" +
      "Sensor makes (by Argo Events' own code) of each golden message. Builds its tools with Go on first use.",
  )
  .action(async () => {
    const tools = { argo: await build(goTools.argo), sensorCheck: await build(goTools.sensorCheck) };
    const { status, output } = argoLint(tools, manifestFiles(join(root, "dist/argocd")));
    process.stdout.write(output);
    process.exitCode = status ?? 1;
  });

program
  .command("kubeconform")
  .summary("kubeconform over a folder of dist/")
  .description(
    "Holds every manifest against the schemas in crds/, strictly: unknown fields, and kinds without a schema, are faults.\n" +
      "Builds kubeconform with Go on first use.",
  )
  .argument("<folder>", "below dist/, as `argocd`")
  .action(async (folder: string) => {
    const { objects, faults } = kubeconform(
      await build(goTools.kubeconform),
      join(root, "dist", folder),
      join(root, "crds"),
    );
    for (const fault of faults) console.log(fault);
    console.log(`dist/${folder}: ${objects} objects, ${faults.length} faults`);
    process.exitCode = faults.length === 0 ? 0 : 1;
  });

program
  .command("tools")
  .description("builds every tool that the checks need")
  .action(async () => {
    for (const tool of Object.values(goTools)) console.log(await build(tool));
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
