import { existsSync } from "node:fs";
import { join } from "node:path";
import { markOf } from "./block-mark.ts";
import type { ClusterObjects } from "./cluster-objects.ts";
import { root } from "./documentation.ts";
import { misnamedResources } from "./misnamed-resources.ts";
import type { Block } from "./page.ts";
import { readScript, type ShellCommand } from "./shell-commands.ts";

/** What a block without a mark may start: it is run in a clean copy of the repository, with the toolchain and nothing else. */
const runnable: readonly string[] = ["npm", "node", "git", "cd", "echo", "cat", "ls", "head", "grep", "test"];

/** What is wrong with a block of shell commands, before anything is run. */
export function blockFaults(block: Block, cluster: ClusterObjects): string[] {
  const { commands, needs, faults } = readScript(block.text);
  const found = [
    ...faults.map((fault) => `bash does not understand it: ${fault}`),
    ...commands.flatMap((command) => misnamedResources(command, cluster)),
    ...commands.flatMap(scriptFaults),
  ];
  try {
    const mark = markOf(block);
    if (mark.kind === "run") {
      const foreign = commands.map(({ program }) => program).filter((program) => !isRunnable(program));
      const why = foreign.length > 0 ? foreign[0] : needs.length > 0 ? `$${needs[0]}` : undefined;
      if (why !== undefined)
        found.push(
          `a clean copy has no ${why}: write <!-- not run: reason --> or <!-- run in: cluster, id: some-id --> before it`,
        );
    }
    if (mark.kind === "not run")
      for (const [path] of mark.reason.matchAll(/[\w./-]+\.(?:e2e\.|platform\.|attack\.|cluster\.)?test\.ts/g))
        if (!existsSync(join(root, path))) found.push(`its reason names ${path}, which is not there`);
  } catch (error) {
    found.push((error as Error).message);
  }
  return found;
}

function isRunnable(program: string): boolean {
  return runnable.includes(program) || program.startsWith("scripts/");
}

/** A script of ours that is not there. */
function scriptFaults({ program, arguments: args }: ShellCommand): string[] {
  const ours = [program, ...(program === "node" ? args : [])].filter((word) =>
    /^[a-z]+(?:\/[\w.-]+)+\.(?:ts|mjs|sh)$/.test(word),
  );
  return (
    ours
      // Paths in a pod, such as bin/…, begin with no folder of ours.
      .filter((path) => existsSync(join(root, path.split("/")[0] ?? "")) && !existsSync(join(root, path)))
      .map((path) => `there is no ${path}`)
  );
}
