import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { GitCalls } from "./git-calls.ts";

interface PackInput {
  git: GitCalls;
  commit: string;
  /** Where a scratch folder may be made; it is gone before the stream begins. */
  folder: string;
}

/**
 * What a working copy is made of: a pack of the commit, its trees and its files, and nothing older, and before it the pack's
 * index with its length (`runner/protocol.ts`). The objects are those that fsck judged when they came; nothing is checked out here,
 * where the keys are.
 */
export async function packWorkspace({ git, commit, folder }: PackInput): Promise<Readable> {
  const scratch = await mkdtemp(join(folder, "workspace-"));
  try {
    const args = ["pack-objects", "-q", "--revs", "--delta-base-offset", join(scratch, "pack")];
    // A file, not git's standard output: what fails is told before an answer has begun, and git waits for nobody. It has no
    // name any more when it is read, so that nothing is left of it however the reading ends.
    const name = await git.text(args, { input: `${commit}\n` });
    const index = await readFile(join(scratch, `pack-${name}.idx`));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(index.length);
    const pack = (await open(join(scratch, `pack-${name}.pack`))).createReadStream();
    pack.unshift(Buffer.concat([length, index]));
    return pack;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
