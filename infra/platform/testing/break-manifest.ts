import { stringify } from "yaml";
import { type ManifestFile, manifestsOf } from "../manifest-file.ts";

/** A manifest that anything may be done to. */
// biome-ignore lint/suspicious/noExplicitAny: a fault is written as one would edit the file, whatever its type says.
export type Breakable = any;

/** The same files, but one object of a kind (the first) changed; `change` may also return another object in its place. */
export function breakManifest(
  files: readonly ManifestFile[],
  kind: string,
  change: (manifest: Breakable) => void,
): ManifestFile[] {
  let found = false;
  const broken = files.map((file) => {
    const manifests = structuredClone(manifestsOf(file));
    const target = found ? undefined : manifests.find((manifest) => manifest.kind === kind);
    if (!target) return file;
    found = true;
    change(target);
    return { ...file, text: manifests.map((manifest) => stringify(manifest)).join("---\n") };
  });
  if (!found) throw new Error(`there is no ${kind} to break`);
  return broken;
}
