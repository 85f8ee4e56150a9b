import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type TarOptionsWithAliasesSyncNoFile } from "tar";
import { runGit } from "./run-git.ts";

/** The working copy and our own copy of its repository, which nothing that Codex runs has touched. */
export interface Workspace {
  folder: string;
  /** Copy of the working copy's `.git`, taken before Codex ran. */
  gitFolder: string;
  /** The commit that changes are counted from. */
  baseCommit: string;
}

/**
 * Unpacks the working copy into an emptied folder. The tar comes from the mediator; it is unpacked strictly all the same:
 * nothing outside of the folder, nothing through a link, any doubt is an error.
 */
export async function fetchWorkspace(
  tar: Readable,
  folder: string,
  privateFolder: string,
  path: string,
  timeoutMs = 900_000,
): Promise<Workspace> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
  const signal = AbortSignal.timeout(timeoutMs);
  await pipeline(tar, extract(unpacking(folder)), { signal });

  const gitFolder = join(privateFolder, "base.git");
  await rm(gitFolder, { recursive: true, force: true });
  await cp(join(folder, ".git"), gitFolder, { recursive: true });
  // Attributes of the repository must not change what a file's content is.
  await mkdir(join(gitFolder, "info"), { recursive: true });
  await writeFile(join(gitFolder, "info", "attributes"), "* -text -filter -ident -working-tree-encoding -eol\n");
  const head = await runGit(["rev-parse", "--verify", "HEAD^{commit}"], { gitFolder, folder, path });
  return { folder, gitFolder, baseCommit: head.toString("utf8").trim() };
}

/**
 * Strictly; synchronously and without the files' times, as git itself checks files out: thousands of small files take a
 * third of the time.
 */
function unpacking(cwd: string): TarOptionsWithAliasesSyncNoFile {
  return { cwd, strict: true, preserveOwner: false, noMtime: true, sync: true };
}
