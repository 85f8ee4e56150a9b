import { createReadStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { RunFailure } from "@froussard/contract";
import type { GitCalls } from "./git-calls.ts";
import { staysInside } from "./symlink-target.ts";
import { type TarEntry, tarEnd, tarHead, tarPadding } from "./tar-entry.ts";
import { parseTree, type TreeEntry } from "./tree.ts";

/** No conversion of any kind between what git holds and what lies on disk. */
export const workspaceAttributes = "* -text -filter -ident -working-tree-encoding -eol\n";

const branch = "main";
/** Blobs are read in groups of about this many bytes. */
const groupBytes = 4 * 1024 * 1024;
/** The archive goes out in pieces of at least this many bytes. */
const chunkBytes = 256 * 1024;
/** A tree can name the same few blobs endlessly often; a listing larger than this is no source code. */
const maxListingBytes = 64 * 1024 * 1024;

interface PackInput {
  git: GitCalls;
  commit: string;
  /** Where a scratch folder may be made; it is gone when the stream ends. */
  folder: string;
  /** Limit on the files' bytes, uncompressed. */
  repositoryBytes: number;
}

/**
 * A working copy as a tar stream, made from git's objects directly: nothing is checked out here, so that no filter, hook,
 * attribute or link of the repository can act. Its `.git` holds the commit's objects only (shallow, branch `main`), no
 * remote, and no configuration of the source. Submodules are empty folders. Files whose names are not UTF-8 are left out
 * and marked so in the index. Symbolic links are links only if they {@link staysInside}, else plain files with the target as
 * text (`core.symlinks=false` then, so that git sees no change).
 * @throws RunFailure `repository-too-large`
 */
export async function packWorkspace(input: PackInput): Promise<Readable> {
  const { git, commit, folder, repositoryBytes } = input;
  const tree = await readTree(git, commit);
  const bytes = tree.reduce((sum, { size }) => sum + size, 0);
  if (bytes > repositoryBytes)
    throw new RunFailure("repository-too-large", `${bytes} bytes of files, more than ${repositoryBytes}`);
  const scratch = await mkdtemp(join(folder, "workspace-"));
  const remove = () => rm(scratch, { recursive: true, force: true });
  try {
    const links = await readLinks(git, tree);
    const mtime = new Date(1000 * Number(await git.text(["show", "-s", "--format=%ct", commit])));
    await writeGitFiles(input, tree, scratch);
    const archive = entries({ git, commit, tree, links, scratch, mtime });
    const stream = Readable.from(inChunks(removeAtEnd(archive, remove)), { objectMode: false });
    // A stream that is closed before anybody read from it never enters the generator.
    return stream.once("close", () => void remove());
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Heads, contents and padding of many small files as few pieces: each piece on its way costs as much as a file. */
async function* inChunks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < chunkBytes) continue;
    yield Buffer.concat(waiting, bytes);
    waiting = [];
    bytes = 0;
  }
  yield Buffer.concat(waiting, bytes);
}

async function* removeAtEnd(archive: AsyncGenerator<Uint8Array>, remove: () => Promise<void>) {
  try {
    yield* archive;
  } finally {
    await remove();
  }
}

/** Every file, link and submodule of a commit. @throws RunFailure */
export async function readTree(git: GitCalls, commit: string): Promise<TreeEntry[]> {
  const options = { maxOutputBytes: maxListingBytes };
  return parseTree(await git.output(["ls-tree", "-r", "-l", "-z", "--full-tree", commit], options));
}

/** Pack and index of the working copy's `.git`, made by git itself. */
async function writeGitFiles({ git, commit }: PackInput, tree: readonly TreeEntry[], scratch: string): Promise<void> {
  await git.output(["pack-objects", "-q", "--revs", "--delta-base-offset", join(scratch, "pack")], {
    input: `${commit}\n`,
  });
  const environment = { GIT_INDEX_FILE: join(scratch, "index"), GIT_WORK_TREE: scratch };
  await git.output(["read-tree", commit], { environment });
  if (tree.every(({ path }) => path !== undefined)) return;
  const names = await git.output(["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit]);
  await git.output(["update-index", "-z", "--skip-worktree", "--stdin"], { environment, input: onlyForeign(names) });
}

function onlyForeign(names: Buffer): Buffer {
  const foreign: Buffer[] = [];
  for (let start = 0; start < names.length; ) {
    const end = names.indexOf(0, start) + 1;
    const name = names.subarray(start, end);
    if (!Buffer.from(name.toString("utf8"), "utf8").equals(name)) foreign.push(name);
    start = end;
  }
  return Buffer.concat(foreign);
}

/** What small symbolic links say, by object. */
export async function readLinks(git: GitCalls, tree: readonly TreeEntry[]): Promise<Map<string, string>> {
  const links = tree.filter(({ mode, size }) => mode === "120000" && size <= 4096);
  const targets = await readBlobs(git, links);
  return new Map(links.map(({ object }, index) => [object, targets[index]?.toString("utf8") ?? ""]));
}

async function* entries(input: {
  git: GitCalls;
  commit: string;
  tree: readonly TreeEntry[];
  links: ReadonlyMap<string, string>;
  scratch: string;
  mtime: Date;
}): AsyncGenerator<Uint8Array> {
  const { git, commit, tree, links, scratch, mtime } = input;
  const add = function* (entry: Omit<TarEntry, "mtime">, content?: Buffer) {
    yield tarHead({ ...entry, mtime });
    if (content) yield* [content, tarPadding(content.length)];
  };
  const file = (path: string, content: string | Buffer, mode = 0o644) => {
    const bytes = Buffer.from(content);
    return add({ path, type: "File", mode, size: bytes.length }, bytes);
  };
  let plainLinks = false;
  for (const group of groups(tree)) {
    const contents = await readBlobs(git, group);
    for (const [index, { path, mode, object }] of group.entries()) {
      const content = contents[index] ?? Buffer.alloc(0);
      const target = links.get(object);
      if (path === undefined) continue;
      if (mode === "160000") yield* add({ path, type: "Directory", mode: 0o755, size: 0 });
      else if (mode !== "120000") yield* file(path, content, mode === "100755" ? 0o755 : 0o644);
      else if (target !== undefined && staysInside(path, target))
        yield* add({ path, type: "SymbolicLink", mode: 0o777, size: 0, linkpath: target });
      else {
        plainLinks = true;
        yield* file(path, content);
      }
    }
  }
  for (const path of [".git/objects/info", ".git/refs/tags"])
    yield* add({ path, type: "Directory", mode: 0o755, size: 0 });
  yield* file(".git/HEAD", `ref: refs/heads/${branch}\n`);
  yield* file(`.git/refs/heads/${branch}`, `${commit}\n`);
  yield* file(".git/shallow", `${commit}\n`);
  yield* file(".git/config", workspaceConfig(plainLinks));
  yield* file(".git/info/attributes", workspaceAttributes);
  yield* file(".git/index", await readFile(join(scratch, "index")));
  for (const name of (await readdir(scratch)).filter((each) => /^pack-[0-9a-f]+\.(?:pack|idx)$/.test(each)).sort()) {
    const { size } = await stat(join(scratch, name));
    yield* add({ path: `.git/objects/pack/${name}`, type: "File", mode: 0o444, size });
    yield* createReadStream(join(scratch, name)) as AsyncIterable<Buffer>;
    yield tarPadding(size);
  }
  yield tarEnd;
}

function workspaceConfig(plainLinks: boolean): string {
  const settings = [
    "repositoryformatversion = 0",
    "filemode = true",
    "bare = false",
    "logallrefupdates = false",
    "protectNTFS = false",
  ];
  if (plainLinks) settings.push("symlinks = false");
  return ["[core]", ...settings.map((setting) => `\t${setting}`), "[gc]", "\tauto = 0", ""].join("\n");
}

function* groups(tree: readonly TreeEntry[]): Generator<TreeEntry[]> {
  let group: TreeEntry[] = [];
  let bytes = 0;
  for (const entry of tree) {
    if (bytes > 0 && bytes + entry.size > groupBytes) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(entry);
    bytes += entry.size;
  }
  yield group;
}

/** Contents in the order asked for; undefined for submodules, whose commit is not here. */
export async function readBlobs(git: GitCalls, entries: readonly TreeEntry[]): Promise<(Buffer | undefined)[]> {
  const wanted = entries.filter(({ mode }) => mode !== "160000");
  if (wanted.length === 0) return entries.map(() => undefined);
  const size = wanted.reduce((sum, entry) => sum + entry.size + 128, 0);
  const output = await git.output(["cat-file", "--batch"], {
    input: wanted.map(({ object }) => `${object}\n`).join(""),
    maxOutputBytes: size,
  });
  let offset = 0;
  return entries.map(({ mode, object, size: length }) => {
    if (mode === "160000") return undefined;
    const start = output.indexOf(0x0a, offset) + 1;
    const head = output.subarray(offset, start).toString("latin1");
    if (head !== `${object} blob ${length}\n`) throw new Error(`git cat-file answered ${JSON.stringify(head)}`);
    offset = start + length + 1;
    return output.subarray(start, start + length);
  });
}
