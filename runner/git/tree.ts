import type { GitCalls } from "./git-calls.ts";

/** A tree can name the same few blobs endlessly often; a listing larger than this is no source code. */
const maxListingBytes = 64 * 1024 * 1024;

/** One entry of a commit's tree, folders left out. `mode` is git's: 100644, 100755, 120000 (symlink), 160000 (submodule). */
export interface TreeEntry {
  mode: string;
  object: string;
  /** Bytes; 0 for a submodule. */
  size: number;
  /** Undefined when the bytes of the name are not UTF-8. */
  path: string | undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Every file, link and submodule of a commit. @throws RunFailure */
export async function readTree(git: GitCalls, commit: string): Promise<TreeEntry[]> {
  const options = { maxOutputBytes: maxListingBytes };
  return parseTree(await git.output(["ls-tree", "-r", "-l", "-z", "--full-tree", commit], options));
}

/** Reads the output of `git ls-tree -r -l -z`. @throws Error when it does not have that form. */
function parseTree(output: Buffer): TreeEntry[] {
  return splitAtNul(output).map((record) => {
    const tab = record.indexOf(0x09);
    const head = record.subarray(0, Math.max(tab, 0)).toString("latin1");
    const match = /^([0-7]{6}) (?:blob|commit) ([0-9a-f]{40,64}) +(\d+|-)$/.exec(head);
    if (!match?.[1] || !match[2]) throw new Error(`git ls-tree answered ${JSON.stringify(head)}`);
    return { mode: match[1], object: match[2], size: Number(match[3]) || 0, path: decode(record.subarray(tab + 1)) };
  });
}

/** One difference between two trees, as git's raw form tells it. */
export interface RawDifference {
  path: string | undefined;
  status: string;
  oldMode: string;
  newMode: string;
  newObject: string;
}

/** Reads the output of `git diff-tree -r --raw -z --no-renames --no-abbrev`. @throws Error when it does not have that form. */
export function parseRawDifference(output: Buffer): RawDifference[] {
  const records = splitAtNul(output);
  const differences: RawDifference[] = [];
  for (let index = 0; index < records.length; index += 2) {
    const head = records[index]?.toString("latin1") ?? "";
    const match = /^:([0-7]{6}) ([0-7]{6}) [0-9a-f]{40,64} ([0-9a-f]{40,64}) ([A-Z])\d*$/.exec(head);
    const path = records[index + 1];
    if (!match || !path) throw new Error(`git diff-tree answered ${JSON.stringify(head)}`);
    const [, oldMode = "", newMode = "", newObject = "", status = ""] = match;
    differences.push({ path: decode(path), status, oldMode, newMode, newObject });
  }
  return differences;
}

function splitAtNul(output: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let start = 0; start < output.length; ) {
    const end = output.indexOf(0, start);
    if (end < 0) throw new Error("git's answer ends in the middle of a record");
    records.push(output.subarray(start, end));
    start = end + 1;
  }
  return records;
}

function decode(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    // Not UTF-8 is an answer, not an error: such a file is left out of the working copy and can not be changed.
    return undefined;
  }
}
