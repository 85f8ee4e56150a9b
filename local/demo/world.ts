import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { type Model, startModel } from "@froussard/simulators/model/start-model";
import { welcome } from "./welcome.ts";

/** Who and what there is in the demo. */
export const maintainer = "gregkonush";
export const automation = "codex-automation";
/** Somebody who may read and write comments, and whose word counts for nothing. */
export const stranger = "sam-visitor";
export const repository = "gregkonush/lab";

/** The simulated outside: a GitHub with one small real project, and a scripted model. */
export interface World {
  github: GitHubSimulator;
  model: Model;
  /** The automation account's token, and the key that the model asks for. */
  githubToken: string;
  openaiKey: string;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Port of the simulated GitHub. @default any free one */
  port?: number;
  /** Folder of its git repositories. */
  folder: string;
  /** Milliseconds between two events of the model's stream. @default 0 */
  paceMs?: number;
}

/** Starts both simulators, with an account for the person and one for the automation. */
export async function startWorld({ port, folder, paceMs }: WorldOptions): Promise<World> {
  const openaiKey = "sk-simulated-model";
  // First what can fail: its port may be in use, and nothing else must then keep the process alive.
  const github = await startGitHub({ folder, welcome, ...(port !== undefined && { port }) });
  const model = await startModel({ apiKey: openaiKey, ...(paceMs !== undefined && { paceMs }) });
  github.addUser({ login: maintainer });
  github.addUser({ login: automation });
  github.addUser({ login: stranger });
  const [owner = "", name = ""] = repository.split("/");
  await github.addRepository({
    owner,
    name,
    files: sampleProject(),
    collaborators: { [automation]: "write" },
    protectedBranches: ["main"],
  });
  return {
    github,
    model,
    githubToken: github.token(automation),
    openaiKey,
    close: async () => {
      await github.close();
      await model.close();
    },
  };
}

/** The sample project's files by path. */
function sampleProject(): Record<string, Buffer> {
  const root = join(import.meta.dirname, "..", "..", "simulators", "sample-project");
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => join(root, path));
  const files = paths.filter((path) => statSync(path).isFile() && !relative(root, path).startsWith("node_modules"));
  return Object.fromEntries(files.map((path) => [relative(root, path), readFileSync(path)]));
}
