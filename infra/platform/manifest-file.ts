import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Manifest } from "../validate-manifest.ts";

/** A file of manifests below a folder. */
export interface ManifestFile {
  /** Its path in the folder. */
  path: string;
  text: string;
}

/** @throws Error when the folder has none. */
export function manifestFiles(folder: string): ManifestFile[] {
  const paths = globSync("**/*.{yaml,yml,json}", { cwd: folder }).sort();
  if (paths.length === 0) throw new Error(`${folder} has no manifests; run "npm run synth"`);
  return paths.map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }));
}

/** The objects of a file, in their order. */
export function manifestsOf({ path, text }: ManifestFile): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${path} is no YAML: ${error.message}`);
    return document.toJS() ?? [];
  });
}

/** The only object of a kind; checks play through one pipeline. */
export function onlyManifest(files: readonly ManifestFile[], kind: string): Manifest {
  const [found, ...more] = files.flatMap(manifestsOf).filter((manifest) => manifest.kind === kind);
  if (!found || more.length > 0)
    throw new Error(`there must be one ${kind} among the manifests, but there are ${found ? more.length + 1 : 0}`);
  return found;
}
