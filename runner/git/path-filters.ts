import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { GitCalls } from "./git-calls.ts";
import type { TreeEntry } from "./tree.ts";

/**
 * The filter that the commit's `.gitattributes`, in whatever folder, put on each of these paths; without one, none. Attributes
 * are read from an index of that commit, never from a folder, and no filter is run.
 */
export async function pathFilters(
  { git, folder }: { git: GitCalls; folder: string },
  { commit, tree, paths }: { commit: string; tree: readonly TreeEntry[]; paths: readonly string[] },
): Promise<Map<string, string>> {
  const filters = new Map<string, string>();
  const hasAttributes = tree.some(({ path }) => path !== undefined && /(?:^|\/)\.gitattributes$/.test(path));
  if (!hasAttributes || paths.length === 0) return filters;
  const scratch = await mkdtemp(join(folder, "index-"));
  try {
    const environment = { GIT_INDEX_FILE: join(scratch, "index") };
    await git.output(["read-tree", commit], { environment });
    const input = paths.map((path) => `${path}\0`).join("");
    const answer = await git.output(["check-attr", "--cached", "-z", "--stdin", "filter"], { environment, input });
    const words = answer.toString("utf8").split("\0");
    for (let index = 0; index + 2 < words.length; index += 3) {
      const [path = "", , value = ""] = words.slice(index, index + 3);
      // `set` names no filter, so that git runs none.
      if (!["unspecified", "unset", "set"].includes(value)) filters.set(path, value);
    }
    return filters;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
