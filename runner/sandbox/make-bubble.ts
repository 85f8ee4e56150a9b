import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CodexBinary } from "../codex/codex-binary.ts";
import type { Bubble } from "./bubble.ts";
import { readableMounts, systemMounts } from "./readable-mounts.ts";

export interface BubbleOptions {
  bwrap: string;
  codex: CodexBinary;
  node: string;
  path: string;
  /** Private folder for what the agent writes; emptied here. */
  folder: string;
  morePaths: readonly string[];
  socket?: string;
}

/** Prepares the folders of a bubble, all of them empty, and says what it is made of. */
export async function makeBubble(options: BubbleOptions): Promise<Bubble> {
  const { bwrap, codex, node, path, folder, morePaths, socket } = options;
  await rm(folder, { recursive: true, force: true });
  const [workspace, temporary, codexHome, etcFolder] = ["workspace", "tmp", "codex", "etc"].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  for (const each of [workspace, temporary, codexHome, etcFolder]) await mkdir(each, { recursive: true, mode: 0o700 });
  const etc = {
    passwd: "agent:x:1000:1000:agent:/home/agent:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    group: "agent:x:1000:\nnogroup:x:65534:\n",
    hosts: "127.0.0.1 localhost\n::1 localhost\n",
  };
  for (const [name, text] of Object.entries(etc)) await writeFile(join(etcFolder, name), text);
  return {
    bwrap,
    system: systemMounts(),
    readable: readableMounts({ codex, node, path, etcFolder, morePaths }),
    workspace,
    temporary,
    codexHome,
    ...(socket !== undefined && { socket }),
  };
}
