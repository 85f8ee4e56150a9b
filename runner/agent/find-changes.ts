import { isUtf8 } from "node:buffer";
import { lstat, readlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { RunFailure } from "@froussard/contract";
import { type Change, maxPathLength } from "../protocol.ts";
import { type PlainFile, readPlainFile } from "../read-plain-file.ts";
import type { BaseEntry } from "./base-tree.ts";
import { blobId, blobIdOfFile } from "./blob-id.ts";
import type { Workspace } from "./fetch-workspace.ts";
import { type GitPlace, runGit } from "./run-git.ts";

/** What the protocol carries at most; far beyond what the mediator accepts, so that it is the one to explain its limits. */
const limits = { files: 10_000, bytes: 32 * 1024 * 1024 };

/** So long files are read at a stretch. Milliseconds. */
const turnMs = 20;

/**
 * What differs between the base commit and the files on disk: new files and the agent's own commits included, ignored
 * files excluded. Contents are read from disk and hashed here, so no filter, no text conversion and no hook has a say.
 * @throws RunFailure `invalid-changes` when something changed that is no plain file (links are never followed), or that
 * the protocol cannot carry.
 */
export async function findChanges({ folder, gitFolder, base }: Workspace, path: string): Promise<Change[]> {
  const { entries, foreign } = base;
  const untracked = split(await listUntracked({ gitFolder, folder, path }));

  // The working copy came without them (`fetchWorkspace`): absent is unchanged, present is the agent's work.
  for (const name of foreign)
    if (readPlainFile(Buffer.concat([Buffer.from(`${folder}/`), name]), 0) !== "absent") throw notUtf8();

  const changes: Change[] = [];
  const invalid: string[] = [];
  const unreadable: string[] = [];
  let bytes = 0;
  const folders = plainFolders(folder);
  const add = (change: Change, size: number) => {
    if (change.path.length > maxPathLength)
      throw new RunFailure(
        "invalid-changes",
        `the path of a changed file has ${change.path.length} characters, more than ${maxPathLength}: ` +
          `${JSON.stringify(change.path.slice(0, 100))}…`,
      );
    changes.push(change);
    bytes += size;
    if (changes.length > limits.files)
      throw new RunFailure(
        "invalid-changes",
        `more than ${limits.files} files changed; is a build folder not ignored?`,
      );
    if (bytes > limits.bytes)
      throw new RunFailure("invalid-changes", `the changed files have more than ${limits.bytes >> 20} MiB`);
  };

  const judge = async (name: string, entry: BaseEntry) => {
    const found = await folders.look(name);
    const file = found === "folder" ? readPlainFile(join(folder, name), limits.bytes) : found;
    if (file === "unreadable") unreadable.push(name);
    else if (entry.mode === "160000") {
      // A submodule is an empty folder here; what was put into it cannot be committed.
      if (file !== "folder" && file !== "absent") invalid.push(name);
    } else if (file === "absent" || file === "folder") add({ path: name, deleted: true }, 0);
    else if (entry.mode === "120000") {
      if (!(await isSameLink(join(folder, name), file, entry))) invalid.push(name);
    } else if (file === "too-large") {
      if (!(await isSameFile(join(folder, name), entry))) throw tooLarge();
    } else if (typeof file === "string") invalid.push(name);
    else if (modeOf(file) !== entry.mode || blobId(file.content, entry.id) !== entry.id) addFile(name, file);
  };
  const addFile = (name: string, file: Exclude<PlainFile, string>) =>
    add({ path: name, mode: modeOf(file), content: file.content.toString("base64") }, file.content.length);

  const breathe = everyNow();
  for (const [name, entry] of entries) {
    await breathe();
    await judge(name, entry);
  }
  for (const name of untracked) {
    await breathe();
    const file = readPlainFile(join(folder, name), limits.bytes);
    if (file === "unreadable") unreadable.push(name);
    else if (file === "too-large") throw tooLarge();
    // A trailing slash is git's word for a repository inside the repository.
    else if (typeof file === "string") invalid.push(name);
    else addFile(name, file);
  }
  if (unreadable.length > 0)
    throw new RunFailure("invalid-changes", `files or folders cannot be read any more: ${shown(unreadable)}`);
  if (invalid.length > 0)
    throw new RunFailure("invalid-changes", `links, submodules or special files were changed: ${shown(invalid)}`);
  return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Lets timers and connections have their turn now and then while files are read one after the other. */
function everyNow(): () => Promise<void> | undefined {
  let until = performance.now() + turnMs;
  return () => {
    if (performance.now() < until) return undefined;
    return setImmediate().then(() => {
      until = performance.now() + turnMs;
    });
  };
}

/**
 * New files that no rule ignores. What git reads for that lies in the working copy: a `.gitignore` may be a pipe that
 * nobody writes to, or there may be more names than there is room for.
 */
async function listUntracked(place: GitPlace): Promise<Buffer> {
  try {
    return await runGit(["ls-files", "-z", "--others", "--exclude-standard", "--full-name"], place, {
      timeoutMs: 60_000,
    });
  } catch (cause) {
    throw new RunFailure("invalid-changes", "the new files cannot be listed: too many, or rules that cannot be read", {
      cause,
    });
  }
}

/** A link is unchanged as itself, or as the plain file that the working copy may hold in its place. */
async function isSameLink(path: string, file: PlainFile, { id }: BaseEntry): Promise<boolean> {
  const text = file === "link" ? await readlink(path, "buffer") : typeof file === "string" ? undefined : file.content;
  return text !== undefined && blobId(text, id) === id;
}

/** For files of the base that are larger than a change may be. */
async function isSameFile(path: string, { id, size }: BaseEntry): Promise<boolean> {
  return size !== undefined && (await blobIdOfFile(path, size, id)) === id;
}

const modeOf = ({ executable }: Exclude<PlainFile, string>) => (executable ? "100755" : "100644");

const tooLarge = () => new RunFailure("invalid-changes", `a changed file has more than ${limits.bytes >> 20} MiB`);

function shown(names: readonly string[]): string {
  const list = names.slice(0, 5).map((name) => JSON.stringify(name));
  return list.join(", ").slice(0, 400);
}

function split(output: Buffer): string[] {
  if (!isUtf8(output)) throw notUtf8();
  return output.toString("utf8").split("\0").slice(0, -1);
}

function notUtf8(): RunFailure {
  return new RunFailure("invalid-changes", "the name of a new file is not valid UTF-8");
}

/** What stands above a file: real folders all the way, or a link or nothing (then the file is gone), or what keeps us out. */
function plainFolders(root: string): { look(name: string): Promise<"folder" | "absent" | "unreadable"> } {
  const known = new Map<string, ReturnType<typeof look>>([[".", Promise.resolve("folder")]]);
  async function look(name: string): Promise<"folder" | "absent" | "unreadable"> {
    const above = await remembered(dirname(name));
    return above === "folder" ? await lookAt(join(root, name)) : above;
  }
  const remembered = (name: string) => {
    const found = known.get(name) ?? look(name);
    known.set(name, found);
    return found;
  };
  return { look: (name) => remembered(dirname(name)) };
}

async function lookAt(path: string): Promise<"folder" | "absent" | "unreadable"> {
  try {
    return (await lstat(path)).isDirectory() ? "folder" : "absent";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return "absent";
    if (code === "EACCES") return "unreadable";
    throw error;
  }
}
