import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Metafile } from "esbuild";

/** What an installed package's package.json always says, and what most say. */
interface Description {
  name: string;
  version: string;
  license?: string;
}

/**
 * The licence texts of the packages whose code is in a bundle, each under its package's name and version.
 * A package that brings no text is there with the licence it names.
 */
export function thirdPartyLicenses({ outputs }: Metafile, root: string): string {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = new Set(files.flatMap((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const entries = [...folders].map((folder) => licence(join(root, folder)));
  return entries.sort().join(`\n${"-".repeat(80)}\n\n`);
}

function licence(folder: string): string {
  const { name, version, license }: Description = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => `\n${readFileSync(join(folder, file), "utf8").trim()}\n`);
  return `${name} ${version} (${license ?? "see below"})\n${texts.join("")}`;
}
