import { join } from "node:path";
import process from "node:process";
import { Command } from "commander";
import { argoEventsClasses, classesFile } from "./argo-events-classes.ts";
import { crdsFiles } from "./crds-files.ts";
import { generatedFiles, staleFiles, writeFolder } from "./generated-folder.ts";

const root = join(import.meta.dirname, "../..");

const { check } = new Command("imports")
  .description("makes crds/ and imports/ from the versions in infra/schemas/versions.ts")
  .option("--check", "write nothing; name each file that differs from a fresh one, and fail if there is any")
  .parse()
  .opts<{ check?: true }>();

try {
  const crds = crdsFiles();
  const fresh = { crds, imports: new Map([[classesFile, argoEventsClasses(crds)]]) };
  for (const [folder, files] of Object.entries(fresh)) {
    if (!check) {
      writeFolder(join(root, folder), files);
      continue;
    }
    for (const fault of staleFiles(files, generatedFiles(join(root, folder)))) {
      console.error(`${folder}/${fault}; run "pnpm run imports"`);
      process.exitCode = 1;
    }
  }
} catch (error) {
  console.error(`imports: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
