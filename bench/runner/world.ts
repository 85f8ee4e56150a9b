import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { type Model, startModel } from "@froussard/simulators/model/start-model";

export const maintainer = "maintainer";
export const automation = "codex-automation";

export interface World {
  github: GitHubSimulator;
  model: Model;
  repository: Awaited<ReturnType<GitHubSimulator["addRepository"]>>;
  openaiKey: string;
  /** Puts GitHub's clock forward, whose stamps have whole seconds: an approval must be later than what it approves. */
  pass(seconds: number): void;
  close(): Promise<void>;
}

/** Both simulators on this machine, so that no network is in what is measured, and a repository of so many files. */
export async function startWorld(files: number): Promise<World> {
  let ahead = 0;
  const github = await startGitHub({ clock: () => new Date(Date.now() + ahead * 1_000) });
  github.addUser({ login: maintainer });
  github.addUser({ login: automation });
  const repository = await github.addRepository({
    owner: maintainer,
    name: "large",
    files: repositoryFiles(files),
    collaborators: { [automation]: "write" },
  });
  const openaiKey = "sk-bench-0123456789";
  const model = await startModel({ apiKey: openaiKey });
  return {
    github,
    model,
    repository,
    openaiKey,
    pass(seconds) {
      ahead += seconds;
    },
    async close() {
      await github.close();
      await model.close();
    },
  };
}

/** A README with the typo that the simulated model repairs, and modules of about 2 KB in folders of fifty. */
export function repositoryFiles(count: number): Record<string, string> {
  const modules = Array.from({ length: count - 1 }, (_, index): [string, string] => {
    const lines = Array.from(
      { length: 40 },
      (_, line) => `export const value${index}x${line} = ${index * 40 + line}; // ${"·".repeat(8)}`,
    );
    return [`src/part-${Math.floor(index / 50)}/module-${index}.js`, `${lines.join("\n")}\n`];
  });
  return { "README.md": "# Large\n\nThis is teh example.\n", ...Object.fromEntries(modules) };
}
