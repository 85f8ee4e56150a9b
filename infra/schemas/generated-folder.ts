import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** What a generated folder holds besides generated files. */
const written = new Set(["README.md", "package.json"]);

/** The generated files in a folder, by their path in it. */
export function generatedFiles(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !written.has(file) && !file.startsWith("node_modules"));
  return new Map(entries.sort().map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}

/** The files that differ from fresh ones, are missing, or should not be there, each with which of these it is. */
export function staleFiles(fresh: ReadonlyMap<string, string>, present: ReadonlyMap<string, string>): string[] {
  const missing = [...fresh.keys()].filter((file) => !present.has(file)).map((file) => `${file} is missing`);
  const rest = [...present].flatMap(([file, text]) => {
    const expected = fresh.get(file);
    if (expected === undefined) return [`${file} is not generated`];
    return expected === text ? [] : [`${file} differs from a fresh one`];
  });
  return [...missing, ...rest];
}

/** Writes the fresh files, and removes generated ones that are no longer made. */
export function writeFolder(folder: string, fresh: ReadonlyMap<string, string>): void {
  for (const file of generatedFiles(folder).keys()) if (!fresh.has(file)) rmSync(join(folder, file));
  for (const [file, text] of fresh) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}
