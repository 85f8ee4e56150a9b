import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runGit } from "./run-git.ts";

export interface Identity {
  name: string;
  email: string;
  /** Milliseconds. */
  at: number;
}
export type Files = Readonly<Record<string, string | Buffer | null>>;

const updateHook = `#!/bin/sh
# Arguments: ref, old object, new object. Protection covers branches that exist.
case "$2" in *[!0]*) ;; *) exit 0 ;; esac
while IFS= read -r name; do
  if [ "$1" = "refs/heads/$name" ]; then
    echo "error: GH006: Protected branch update failed for $1." >&2
    echo "" >&2
    echo "- Changes must be made through a pull request." >&2
    exit 1
  fi
done < protected-branches
exit 0
`;

/** Makes an empty bare repository that takes pushes as GitHub does. */
export async function createBare(folder: string, defaultBranch: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await runGit(folder, ["init", "--quiet", "--bare", `--initial-branch=${defaultBranch}`, "--template=", folder]);
  const config = `\
[http]
\treceivepack = true
[receive]
\tfsckObjects = true
\thideRefs = refs/pull
\tautogc = false
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[gc]
\tauto = 0
`;
  await appendFile(join(folder, "config"), config);
  await mkdir(join(folder, "hooks"), { recursive: true });
  await writeFile(join(folder, "hooks", "update"), updateHook, { mode: 0o755 });
  await writeProtectedBranches(folder, []);
}

export async function writeProtectedBranches(folder: string, names: Iterable<string>): Promise<void> {
  await writeFile(join(folder, "protected-branches"), [...names].map((name) => `${name}\n`).join(""));
}

const quoted = (path: string): string =>
  `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

/**
 * Commits files onto a branch without a work tree; null deletes. A path that begins with `#!` in its text becomes
 * executable. Makes the branch when it is missing, from `from` or without a parent. Answers the new commit's id.
 */
export async function commitFiles(
  folder: string,
  options: { branch: string; files: Files; message: string; by: Identity; from?: string },
): Promise<string> {
  const ref = `refs/heads/${options.branch}`;
  const parent = options.from ?? (await resolveCommit(folder, ref));
  const { name, email, at } = options.by;
  const message = Buffer.from(options.message);
  const head = `commit ${ref}\ncommitter ${name} <${email}> ${Math.floor(at / 1000)} +0000\ndata ${message.length}\n`;
  const parts: Buffer[] = [Buffer.from(head), message, Buffer.from(parent ? `\nfrom ${parent}\n` : "\n")];
  for (const [path, content] of Object.entries(options.files)) {
    if (content === null) {
      parts.push(Buffer.from(`D ${quoted(path)}\n`));
      continue;
    }
    const bytes = Buffer.from(content);
    const mode = bytes.subarray(0, 2).toString("latin1") === "#!" ? "100755" : "100644";
    parts.push(Buffer.from(`M ${mode} inline ${quoted(path)}\ndata ${bytes.length}\n`), bytes, Buffer.from("\n"));
  }
  await runGit(folder, ["fast-import", "--quiet", "--force"], Buffer.concat(parts));
  const made = await resolveCommit(folder, ref);
  if (!made) throw new Error(`git fast-import made no branch ${options.branch}`);
  return made;
}

/** The commit that a revision names, or null. */
export async function resolveCommit(folder: string, revision: string): Promise<string | null> {
  if (revision.startsWith("-")) return null;
  try {
    return (
      await runGit(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`])
    ).trim();
  } catch {
    // rev-parse says "not there" by its exit status alone.
    return null;
  }
}

export interface Ref {
  name: string;
  sha: string;
  type: "commit" | "tag" | "tree" | "blob";
}

/** Refs whose full names begin with the prefix, pull request heads left out as GitHub lists them apart. */
export async function listRefs(folder: string, prefix: string): Promise<Ref[]> {
  const output = await runGit(folder, ["for-each-ref", "--format=%(objectname) %(objecttype) %(refname)"]);
  return output
    .split("\n")
    .flatMap((line) => {
      const [sha = "", type = "", ...name] = line.split(" ");
      return sha ? [{ sha, type: type as Ref["type"], name: name.join(" ") }] : [];
    })
    .filter((ref) => ref.name.startsWith(prefix));
}
