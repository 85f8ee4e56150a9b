import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildApp, buildApplication } from "./app.ts";
import { referenceFaults } from "./references/check-references.ts";
import { declaredConfigMaps } from "./secrets/declared-config-maps.ts";
import { declaredSecrets } from "./secrets/declared-secrets.ts";
import { readSettings } from "./settings/read-settings.ts";
import type { SettingsInput } from "./settings/schema.ts";
import { assertManifests, type Manifest } from "./validate-manifest.ts";

/** The synced folder within the output folder, and the folder of the Application that syncs it. */
export const folders = { synced: "argocd/applications/froussard", application: "argocd" } as const;

/**
 * Writes all manifests of these settings into a folder, which is emptied first, and says which file holds how many
 * objects. Nothing is written when anything is wrong.
 * @throws SettingsError; Error that names every fault of an object
 */
export function synthesize(input: SettingsInput, folder: string): { file: string; objects: number }[] {
  const settings = readSettings(input);
  const apps = [
    buildApp(settings, join(folder, folders.synced)),
    buildApplication(settings, join(folder, folders.application)),
  ];
  const charts = apps.flatMap((app) => app.charts.map((chart) => ({ chart, outdir: app.outdir })));
  const manifests = charts.flatMap(({ chart }) => chart.toJson() as Manifest[]);
  assertManifests(manifests);
  const broken = referenceFaults(manifests, declaredSecrets(settings), declaredConfigMaps(settings));
  if (broken.length > 0) throw new Error(`broken links:\n${broken.map((fault) => `  ${fault}`).join("\n")}`);
  rmSync(folder, { recursive: true, force: true });
  for (const { outdir } of apps) mkdirSync(outdir, { recursive: true });
  for (const app of apps) app.synth();
  return charts.map(({ chart, outdir }) => ({
    file: join(outdir, `${chart.node.id}.yaml`),
    objects: chart.toJson().length,
  }));
}
