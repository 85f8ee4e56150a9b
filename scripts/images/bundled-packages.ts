import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/** What an installed package's package.json always says, and what most say. */
export interface PackageDescription {
  name: string;
  version: string;
  license?: string;
}

/** A package whose code is in a bundle. */
export interface BundledPackage extends PackageDescription {
  /** Where it is installed. */
  folder: string;
}

/** The packages whose code is in a bundle, by their folders' names. */
export function bundledPackages({ outputs }: Metafile, root: string): BundledPackage[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = new Set(files.flatMap((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  return [...folders].sort().map((path) => {
    const folder = join(root, path);
    const description: PackageDescription = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return { ...description, folder };
  });
}
