import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Paths of everything below a folder that is not a folder itself, with sizes in bytes. */
export function listFiles(folder: string): Map<string, number> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => !each.isDirectory());
  return new Map(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length), lstatSync(path).size];
    }),
  );
}
