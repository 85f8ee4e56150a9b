import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BundledPackage } from "./bundled-packages.ts";

/**
 * The licence texts of the packages whose code is in a bundle, each under its package's name and version.
 * A package that brings no text is there with the licence it names.
 */
export function thirdPartyLicenses(packages: readonly BundledPackage[]): string {
  return packages
    .map(licence)
    .sort()
    .join(`\n${"-".repeat(80)}\n\n`);
}

function licence({ folder, name, version, license }: BundledPackage): string {
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => `\n${readFileSync(join(folder, file), "utf8").trim()}\n`);
  return `${name} ${version} (${license ?? "see below"})\n${texts.join("")}`;
}
