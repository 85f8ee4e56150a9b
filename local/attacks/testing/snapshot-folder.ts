import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Every entry below a folder with its mode and a hash of its content, so that any change at all shows. */
export function snapshotFolder(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const file = join(folder, path);
      const found = lstatSync(file);
      const mode = found.mode.toString(8);
      if (found.isSymbolicLink()) return [path, `${mode} ${readlinkSync(file)}`];
      if (!found.isFile()) return [path, mode];
      return [path, `${mode} ${createHash("sha256").update(readFileSync(file)).digest("hex")}`];
    }),
  );
}
