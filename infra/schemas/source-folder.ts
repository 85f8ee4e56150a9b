import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { goModuleFolder } from "./go-module.ts";
import type { Kind } from "./kinds.ts";
import { type GoModule, type NpmPackage, type SourceName, sources } from "./versions.ts";

/** The folder of a source's files, downloaded if need be. */
export function sourceFolder(name: SourceName): string {
  const source: GoModule | NpmPackage = sources[name];
  return "module" in source ? goModuleFolder(source) : npmFolder(source);
}

/** A source with its version, and the file of it that a kind's schema is in. Needs no network. */
export function sourceTitle(kind: Kind): string {
  const source: GoModule | NpmPackage = sources[kind.source];
  const file = "definitions" in kind ? kind.definitions : "crd" in kind ? kind.crd : kind.declaration;
  return "module" in source ? `${source.module} ${source.version}, ${file}` : `${npmTitle(source)}, ${file}`;
}

const npmFolder = (source: NpmPackage) => dirname(fileURLToPath(import.meta.resolve(`${source.package}/package.json`)));

function npmTitle(source: NpmPackage): string {
  const manifest = JSON.parse(readFileSync(`${npmFolder(source)}/package.json`, "utf8"));
  return `npm ${source.package} ${manifest.version}`;
}
