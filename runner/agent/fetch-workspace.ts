import { isUtf8 } from "node:buffer";
import { createWriteStream } from "node:fs";
import { copyFile, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type BaseTree, parseBaseTree } from "./base-tree.ts";
import { configure, makeGitFolder } from "./git-folder.ts";
import { type GitPlace, runGit } from "./run-git.ts";
import { staysInside } from "./symlink-target.ts";

/** The working copy, and what it was made from, out of reach of all that Codex runs. */
export interface Workspace {
  folder: string;
  /** A repository of our own that knows the base commit's names and nothing else. */
  gitFolder: string;
  /** What changes are counted from. */
  base: BaseTree;
}

export interface WorkspacePlaces {
  /** Where the working copy goes; it is emptied first. */
  folder: string;
  privateFolder: string;
  /** Where git is found. */
  path: string;
}

/** A link's target is a path, which is no longer than this anywhere. Bytes. */
const maxTargetBytes = 4096;

/**
 * Makes the working copy of a commit from a pack of its objects, which comes with its index: the mediator's git has looked at
 * each of them, so that nobody does it again. Git itself writes the files, from an index, so that it
 * refuses every name that leads out of the folder or into `.git`; no filter, attribute, hook or submodule acts, and it makes
 * no links. Symbolic links become links afterwards if they {@link staysInside}, else they stay plain files with the target as
 * text. Submodules are empty folders. Files whose names are not UTF-8 are left out, and marked so in the index.
 * @throws Error when the pack does not hold the commit, or git refuses it
 */
export async function fetchWorkspace(
  pack: Readable,
  commit: string,
  { folder, privateFolder, path }: WorkspacePlaces,
  timeoutMs = 900_000,
): Promise<Workspace> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
  const place = { gitFolder: join(folder, ".git"), folder, path };
  await makeGitFolder(place.gitFolder, commit);
  await receive(pack, join(place.gitFolder, "objects", "pack", `pack-${commit}`), timeoutMs);
  const [listing] = await Promise.all([
    runGit(["ls-tree", "-rlz", "--full-tree", commit], place),
    runGit(["read-tree", commit], place),
  ]);
  const base = parseBaseTree(listing);
  await leaveOut(base.foreign, place);
  await runGit(["checkout-index", "--all", "--index", "--quiet"], place, { timeoutMs });
  if (await makeLinks(base, folder)) await configure(place.gitFolder, { plainLinks: false });

  const gitFolder = join(privateFolder, "base.git");
  await makeGitFolder(gitFolder, commit);
  await copyFile(join(place.gitFolder, "index"), join(gitFolder, "index"));
  return { folder, gitFolder, base };
}

/** The answer to `GET /workspace` (`runner/protocol.ts`) as the two files that git expects. */
function receive(workspace: Readable, path: string, timeoutMs: number): Promise<void> {
  const keepIndex = (index: Buffer) => writeFile(`${path}.idx`, index);
  const signal = AbortSignal.timeout(timeoutMs);
  return pipeline(workspace, (source) => afterIndex(source, keepIndex), createWriteStream(`${path}.pack`), { signal });
}

/** The pack itself, once the index before it is kept. @throws Error when not even that comes */
async function* afterIndex(source: AsyncIterable<Buffer>, keep: (index: Buffer) => Promise<void>) {
  const held: Buffer[] = [];
  let size = 0;
  let end: number | undefined;
  let isKept = false;
  for await (const chunk of source) {
    if (isKept) {
      yield chunk;
      continue;
    }
    held.push(chunk);
    size += chunk.length;
    if (size < 4) continue;
    end ??= 4 + Buffer.concat(held).readUInt32BE();
    if (size < end) continue;
    const all = Buffer.concat(held.splice(0));
    await keep(all.subarray(4, end));
    isKept = true;
    yield all.subarray(end);
  }
  if (!isKept) throw new Error("the pack ends before it has begun");
}

async function leaveOut(names: readonly Buffer[], place: GitPlace): Promise<void> {
  if (names.length === 0) return;
  const input = Buffer.concat(names.flatMap((name) => [name, Buffer.alloc(1)]));
  await runGit(["update-index", "-z", "--skip-worktree", "--stdin"], place, { input });
}

/** Makes links of the plain files that git wrote in their place, and answers whether there are only links now. */
async function makeLinks({ entries }: BaseTree, folder: string): Promise<boolean> {
  let all = true;
  for (const [name, { mode, size = 0 }] of entries) {
    if (mode !== "120000") continue;
    const file = join(folder, name);
    const content = size <= maxTargetBytes && (await lstat(file)).isFile() ? await readFile(file) : Buffer.alloc(0);
    const target = content.toString("utf8");
    if (isUtf8(content) && staysInside(name, target)) {
      await rm(file);
      await symlink(target, file);
    } else all = false;
  }
  return all;
}
