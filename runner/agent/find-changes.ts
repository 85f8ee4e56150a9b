import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RunFailure } from "@froussard/contract";
import { type Change, maxPathLength } from "../protocol.ts";
import type { Workspace } from "./fetch-workspace.ts";
import { runGit } from "./run-git.ts";

/** What the protocol carries at most; far beyond what the mediator accepts, so that it is the one to explain its limits. */
const limits = { files: 10_000, bytes: 32 * 1024 * 1024 };

interface BaseEntry {
  mode: string;
  id: string;
}

/**
 * What differs between the base commit and the files on disk: new files and the agent's own commits included, ignored
 * files excluded. Contents are read from disk and hashed here, so no filter, no text conversion and no hook has a say.
 * @throws RunFailure `invalid-changes` when something changed that is no plain file (links are never followed), or that
 * the protocol cannot carry.
 */
export async function findChanges(workspace: Workspace, privateFolder: string, path: string): Promise<Change[]> {
  const { folder, gitFolder, baseCommit } = workspace;
  const place = { gitFolder, folder, path, indexFile: join(privateFolder, "changes.index") };
  await runGit(["read-tree", baseCommit], place);
  const { base, foreign } = readTree(await runGit(["ls-tree", "-r", "-z", "--full-tree", baseCommit], place));
  const untracked = split(await runGit(["ls-files", "-z", "--others", "--exclude-standard", "--full-name"], place));

  // The working copy came without them (`packWorkspace`): absent is unchanged, present is the agent's work.
  for (const name of foreign)
    if ((await readPlain(Buffer.concat([Buffer.from(`${folder}/`), name]))) !== "absent") throw notUtf8();

  const changes: Change[] = [];
  const invalid: string[] = [];
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

  for (const [name, entry] of base) {
    const file = (await folders.holds(name)) ? await readPlain(join(folder, name)) : "absent";
    if (entry.mode === "160000") {
      // A submodule is an empty folder here; what was put into it cannot be committed.
      if (file !== "folder" && file !== "absent") invalid.push(name);
    } else if (file === "absent" || file === "folder") {
      add({ path: name, deleted: true }, 0);
    } else if (entry.mode === "120000") {
      // A link is unchanged as itself, or as the plain file that the working copy may hold in its place.
      const text =
        file === "link" ? await readlink(join(folder, name), "buffer") : file === "special" ? undefined : file.content;
      if (text === undefined || blobId(text, entry.id) !== entry.id) invalid.push(name);
    } else if (file === "link" || file === "special") {
      invalid.push(name);
    } else if (file.mode !== entry.mode || blobId(file.content, entry.id) !== entry.id) {
      add({ path: name, mode: file.mode, content: file.content.toString("base64") }, file.content.length);
    }
  }
  for (const name of untracked) {
    const file = await readPlain(join(folder, name));
    // A trailing slash is git's word for a repository inside the repository.
    if (typeof file === "string") invalid.push(name);
    else add({ path: name, mode: file.mode, content: file.content.toString("base64") }, file.content.length);
  }
  if (invalid.length > 0) {
    const shown = invalid
      .slice(0, 5)
      .map((name) => JSON.stringify(name))
      .join(", ");
    throw new RunFailure("invalid-changes", `links, submodules or special files were changed: ${shown.slice(0, 400)}`);
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The base commit's entries by name, and the names that are not UTF-8, which no change can be told of. */
function readTree(output: Buffer): { base: Map<string, BaseEntry>; foreign: Buffer[] } {
  const base = new Map<string, BaseEntry>();
  const foreign: Buffer[] = [];
  // As Latin-1 every byte is one character, so nothing is lost before a name is decoded.
  for (const line of output.toString("latin1").split("\0").slice(0, -1)) {
    const [, mode, id, name] = /^([0-7]{6}) [a-z]+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    if (mode === undefined || id === undefined || name === undefined)
      throw new Error(`git ls-tree printed ${JSON.stringify(line.slice(0, 100))}, which is no tree entry`);
    const bytes = Buffer.from(name, "latin1");
    if (isUtf8(bytes)) base.set(bytes.toString("utf8"), { mode, id });
    else foreign.push(bytes);
  }
  return { base, foreign };
}

function split(output: Buffer): string[] {
  if (!isUtf8(output)) throw notUtf8();
  return output.toString("utf8").split("\0").slice(0, -1);
}

function notUtf8(): RunFailure {
  return new RunFailure("invalid-changes", "the name of a new file is not valid UTF-8");
}

/** A file's id in git: SHA-1, or SHA-256 in a repository of that format. */
function blobId(content: Buffer, like: string): string {
  const hash = createHash(like.length === 64 ? "sha256" : "sha1");
  return hash.update(`blob ${content.length}\0`).update(content).digest("hex");
}

type OnDisk = { mode: "100644" | "100755"; content: Buffer } | "absent" | "folder" | "link" | "special";

async function readPlain(file: string | Buffer): Promise<OnDisk> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    const found = await lstat(file);
    if (found.isSymbolicLink()) return "link";
    if (found.isDirectory()) return "folder";
    if (!found.isFile()) return "special";
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return "absent";
    if (code === "ELOOP") return "link";
    throw error;
  }
  try {
    const { mode, size } = await handle.stat();
    if (size > limits.bytes) throw new RunFailure("invalid-changes", `a file has more than ${limits.bytes >> 20} MiB`);
    return { mode: mode & 0o100 ? "100755" : "100644", content: await handle.readFile() };
  } finally {
    await handle.close();
  }
}

/** Tells whether all folders above a file are real ones: a link among them leads elsewhere, so the file is gone. */
function plainFolders(root: string): { holds(name: string): Promise<boolean> } {
  const known = new Map<string, Promise<boolean>>([[".", Promise.resolve(true)]]);
  const isPlain = (name: string): Promise<boolean> => {
    const before = known.get(name);
    if (before) return before;
    const answer = (async () => (await isPlain(dirname(name))) && (await isFolder(join(root, name))))();
    known.set(name, answer);
    return answer;
  };
  return { holds: (name) => isPlain(dirname(name)) };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw error;
  }
}
