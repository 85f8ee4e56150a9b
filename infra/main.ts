import { join, relative } from "node:path";
import process from "node:process";
import { SettingsError } from "./settings/read-settings.ts";
import { settings } from "./settings.ts";
import { synthesize } from "./synthesize.ts";

/** Writes the manifests of `infra/settings.ts` into `dist/`, which is emptied first. */
const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
try {
  for (const { file, objects } of synthesize(settings, dist))
    console.log(`${relative(root, file)}: ${objects} objects`);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(error instanceof SettingsError ? error.message : error);
  process.exitCode = error instanceof SettingsError ? 2 : 1;
}
