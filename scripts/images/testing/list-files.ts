import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Paths of everything below a folder that is not a folder itself, with sizes in bytes; no link is followed. */
export function listFiles(folder: string): Map<string, number> {
  const files = new Map<string, number>();
  // Not `recursive`, which goes on through links: /dev/fd leads to what this process has open.
  const walk = (path: string) => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory()) walk(below);
      else files.set(below, lstatSync(join(folder, below)).size);
    }
  };
  walk("");
  return files;
}
