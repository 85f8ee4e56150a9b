import type { ChangedFile } from "../mediator/ports.ts";
import type { Change } from "../protocol.ts";
import type { ChangeRules } from "./change-rules.ts";
import { checkPath, foldPath } from "./check-path.ts";
import type { TreeEntry } from "./tree.ts";

/** A change that passed, with its content as bytes; unchanged files are left out. */
export type JudgedChange =
  | { path: string; status: "deleted" }
  | { path: string; status: "added" | "modified"; mode: "100644" | "100755"; content: Buffer };

export interface Judgement {
  accepted: JudgedChange[];
  /** Why the whole set is refused, in words for people; empty when it is accepted. */
  problems: string[];
}

/**
 * Judges a change set against the base commit's tree (design §5): one bad path refuses the whole set, since half a change
 * is not what anybody approved. Pure. Whether a file really differs is decided later, from git's own tree difference.
 */
export function judgeChanges(input: {
  changes: readonly Change[];
  tree: readonly TreeEntry[];
  isProtected: (path: string) => boolean;
  limits: Pick<ChangeRules, "maxFiles" | "maxBytes">;
}): Judgement {
  const { changes, tree, isProtected, limits } = input;
  const problems: string[] = [];
  const refuse = (path: string, reason: string) => problems.push(`${showPath(path)}: ${reason}`);
  if (changes.length > limits.maxFiles) return { accepted: [], problems: [tooManyFiles(changes.length, limits)] };

  const base = new Map(tree.flatMap((entry) => (entry.path === undefined ? [] : [[entry.path, entry] as const])));
  const seen = new Set<string>();
  const accepted: JudgedChange[] = [];
  let bytes = 0;
  for (const change of changes) {
    const { path } = change;
    const reason = seen.has(path) ? "named twice" : (checkPath(path) ?? checkTarget(base.get(path), isProtected(path)));
    seen.add(path);
    if (reason) refuse(path, reason);
    else if ("deleted" in change) {
      if (base.has(path)) accepted.push({ path, status: "deleted" });
      else refuse(path, "deleted, but not in the base commit");
    } else {
      const content = Buffer.from(change.content, "base64");
      bytes += content.length;
      accepted.push({ path, status: base.has(path) ? "modified" : "added", mode: change.mode, content });
    }
  }
  if (bytes > limits.maxBytes) problems.push(tooManyBytes(bytes, limits));
  if (problems.length === 0) for (const [path, reason] of collisions(base, accepted)) refuse(path, reason);
  return { accepted, problems };
}

function checkTarget(entry: TreeEntry | undefined, isProtected: boolean): string | undefined {
  if (entry?.mode === "120000") return "a symbolic link, which may not be changed";
  if (entry?.mode === "160000") return "a submodule, which may not be changed";
  return isProtected ? "a protected path (CODEX_PROTECTED_PATHS)" : undefined;
}

/** Why a change is too large, with the setting that allows more. Pure. */
export function tooManyFiles(files: number, { maxFiles }: Pick<ChangeRules, "maxFiles">): string {
  return `${files} files changed, more than ${maxFiles} (CODEX_MAX_FILES)`;
}

/** The same for the sum of the new contents. Pure. */
export function tooManyBytes(bytes: number, { maxBytes }: Pick<ChangeRules, "maxBytes">): string {
  return `${bytes} bytes of changed files, more than ${maxBytes} (CODEX_MAX_BYTES)`;
}

/** Files and folders of the result that are one and the same somewhere, where the change set brings one of them in. */
function* collisions(
  base: ReadonlyMap<string, TreeEntry>,
  accepted: readonly JudgedChange[],
): Generator<[path: string, reason: string]> {
  const deleted = new Set(accepted.flatMap(({ path, status }) => (status === "deleted" ? [path] : [])));
  const spelling = new Map<string, { name: string; isFile: boolean }>();
  for (const path of base.keys())
    if (!deleted.has(path)) for (const place of places(path)) spelling.set(foldPath(place.name), place);
  for (const { path, status } of accepted) {
    if (status !== "added") continue;
    for (const place of places(path)) {
      const other = spelling.get(foldPath(place.name));
      if (other && other.name !== place.name) yield [path, `differs from ${showPath(other.name)} only in case or form`];
      else if (other && other.isFile !== place.isFile)
        yield [path, `both a file and a folder: ${showPath(place.name)}`];
      spelling.set(foldPath(place.name), place);
    }
  }
}

/** The file and every folder above it. */
function* places(path: string): Generator<{ name: string; isFile: boolean }> {
  for (let end = path.indexOf("/"); end > 0; end = path.indexOf("/", end + 1))
    yield { name: path.slice(0, end), isFile: false };
  yield { name: path, isFile: true };
}

/** A path as it can be shown in one line: everything but plain characters escaped, and short. */
export function showPath(path: string): string {
  const plain = path.toWellFormed().replace(/[^\p{L}\p{N}\p{P}\p{S} ]|[`<>]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
  return `"${plain.length > 120 ? `${plain.slice(0, 120)}…` : plain}"`;
}

/** What changed, for people and for the pull request. */
export function toChangedFile({ path, status }: JudgedChange): ChangedFile {
  return { path, status };
}
