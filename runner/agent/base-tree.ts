import { isUtf8 } from "node:buffer";

/** What the base commit holds. */
export interface BaseTree {
  /** By name. */
  entries: ReadonlyMap<string, BaseEntry>;
  /** Names that are not UTF-8, which no change can be told of. */
  foreign: readonly Buffer[];
}

export interface BaseEntry {
  /** Git's: 100644, 100755, 120000 (symlink), 160000 (submodule). */
  mode: string;
  id: string;
  /** Bytes; absent for a submodule. */
  size?: number;
}

/** Reads the output of `git ls-tree -rlz --full-tree`. @throws Error when it does not have that form. */
export function parseBaseTree(output: Buffer): BaseTree {
  const entries = new Map<string, BaseEntry>();
  const foreign: Buffer[] = [];
  // As Latin-1 every byte is one character, so nothing is lost before a name is decoded.
  for (const line of output.toString("latin1").split("\0").slice(0, -1)) {
    const [, mode, id, size, name] = /^([0-7]{6}) [a-z]+ ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
    if (mode === undefined || id === undefined || name === undefined)
      throw new Error(`git ls-tree printed ${JSON.stringify(line.slice(0, 100))}, which is no tree entry`);
    const bytes = Buffer.from(name, "latin1");
    if (isUtf8(bytes)) entries.set(bytes.toString("utf8"), { mode, id, ...(size !== "-" && { size: Number(size) }) });
    else foreign.push(bytes);
  }
  return { entries, foreign };
}
