import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** No conversion of any kind between what git holds and what lies on disk; wins over every other attribute. */
const attributes = "* -text -filter -ident -working-tree-encoding -eol\n";

const branch = "main";

/**
 * A repository without objects, by hand rather than by `git init`: no template, no hooks, nobody's configuration. Its branch
 * is at a commit that has no parents here.
 */
export async function makeGitFolder(gitFolder: string, commit: string): Promise<void> {
  await rm(gitFolder, { recursive: true, force: true });
  for (const name of ["info", "objects/info", "objects/pack", "refs/heads", "refs/tags"])
    await mkdir(join(gitFolder, name), { recursive: true });
  await writeFile(join(gitFolder, "HEAD"), `ref: refs/heads/${branch}\n`);
  await writeFile(join(gitFolder, "refs", "heads", branch), `${commit}\n`);
  await writeFile(join(gitFolder, "shallow"), `${commit}\n`);
  await writeFile(join(gitFolder, "info", "attributes"), attributes);
  await configure(gitFolder, { plainLinks: true });
}

/** With `plainLinks` git takes a plain file that holds a link's target for the link. */
export async function configure(gitFolder: string, { plainLinks }: { plainLinks: boolean }): Promise<void> {
  const settings = [
    "repositoryformatversion = 0",
    "filemode = true",
    "bare = false",
    "logallrefupdates = false",
    // Names with a backslash are lawful here.
    "protectNTFS = false",
    ...(plainLinks ? ["symlinks = false"] : []),
  ];
  const text = ["[core]", ...settings.map((setting) => `\t${setting}`), "[gc]", "\tauto = 0", ""].join("\n");
  await writeFile(join(gitFolder, "config"), text);
}
