import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

const leftOut = new Set([".git", "node_modules"]);

/** The files of a folder by their paths from it; `.git` and `node_modules` are left out, and so are symbolic links. */
export async function readFolder(folder: string): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  const walk = async (current: string): Promise<void> => {
    for (const entry of await readdir(current, { withFileTypes: true })) {
      if (leftOut.has(entry.name)) continue;
      const path = join(current, entry.name);
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) files[relative(folder, path).split(sep).join("/")] = await readFile(path);
    }
  };
  await walk(folder);
  return files;
}
