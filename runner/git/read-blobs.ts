import type { GitCalls } from "./git-calls.ts";
import type { TreeEntry } from "./tree.ts";

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

/** What small symbolic links say, by object. */
export async function readLinks(git: GitCalls, tree: readonly TreeEntry[]): Promise<Map<string, string>> {
  const links = tree.filter(({ mode, size }) => mode === "120000" && size <= 4096);
  const targets = await readBlobs(git, links);
  return new Map(links.map(({ object }, index) => [object, targets[index]?.toString("utf8") ?? ""]));
}
