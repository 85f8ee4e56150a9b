import { mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { RunFailure } from "@froussard/contract";
import type { GitCalls } from "./git-calls.ts";
import { readTree } from "./tree.ts";

interface PackInput {
  git: GitCalls;
  commit: string;
  /** Where a scratch folder may be made; it is gone before the stream begins. */
  folder: string;
  /** Limit on the files' bytes, uncompressed. */
  repositoryBytes: number;
}

/**
 * What a working copy is made of: a pack of the commit, its trees and its files, and nothing older. The objects are those
 * that fsck judged when they came; nothing is checked out here, where the keys are.
 * @throws RunFailure `repository-too-large`
 */
export async function packWorkspace({ git, commit, folder, repositoryBytes }: PackInput): Promise<Readable> {
  const bytes = (await readTree(git, commit)).reduce((sum, { size }) => sum + size, 0);
  if (bytes > repositoryBytes)
    throw new RunFailure("repository-too-large", `${bytes} bytes of files, more than ${repositoryBytes}`);
  const scratch = await mkdtemp(join(folder, "workspace-"));
  try {
    const args = ["pack-objects", "-q", "--revs", "--delta-base-offset", join(scratch, "pack")];
    // A file, not git's standard output: what fails is told before an answer has begun, and git waits for nobody. It has no
    // name any more when it is read, so that nothing is left of it however the reading ends.
    const name = await git.text(args, { input: `${commit}\n` });
    return (await open(join(scratch, `pack-${name}.pack`))).createReadStream();
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
