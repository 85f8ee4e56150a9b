import { posix } from "node:path";
import type { GitCalls } from "./git-calls.ts";
import { readLinks } from "./read-blobs.ts";
import type { TreeEntry } from "./tree.ts";

/**
 * Where the protected paths of a commit lead that are symbolic links: `CLAUDE.md` may be one to `docs/agents.md`, and then
 * that file is what is protected. Links in a chain are followed as far as they are protected themselves.
 */
export async function protectedLinkTargets(
  git: GitCalls,
  tree: readonly TreeEntry[],
  isProtected: (path: string) => boolean,
): Promise<Set<string>> {
  const links = tree.filter(({ mode, path }) => mode === "120000" && path !== undefined);
  const targets = new Map<string, string>();
  const contents = links.length > 0 ? await readLinks(git, links) : new Map<string, string>();
  for (const { path = "", object } of links)
    targets.set(path, posix.normalize(posix.join(posix.dirname(path), contents.get(object) ?? "")));
  const found = new Set<string>();
  const follow = (path: string) => {
    const target = targets.get(path);
    if (target === undefined || found.has(target)) return;
    found.add(target);
    follow(target);
  };
  for (const path of targets.keys()) if (isProtected(path)) follow(path);
  return found;
}
