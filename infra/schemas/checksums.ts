import { createHash } from "node:crypto";

/** The file in crds/ by which an edit is seen without the sources; `sha256sum --check` reads it. */
export const checksumsFile = "SHA256SUMS";

export function checksums(files: ReadonlyMap<string, string>): string {
  const lines = [...files].map(([file, text]) => `${createHash("sha256").update(text).digest("hex")}  ${file}\n`);
  return lines.sort((one, other) => (one.slice(64) < other.slice(64) ? -1 : 1)).join("");
}
