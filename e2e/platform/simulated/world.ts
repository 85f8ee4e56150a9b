import { join } from "node:path";
import { readFolder } from "@froussard/simulators/github/git/read-folder";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import type { Listening } from "@froussard/simulators/listening";
import { colleague } from "@froussard/simulators/model/colleague/colleague";
import { type Model, startModel } from "@froussard/simulators/model/start-model";
import { type Directive, directed } from "./directed.ts";

/** Who and what there is. */
export const people = { maintainer: "gregkonush", automation: "codex-automation", stranger: "sam-visitor" } as const;
export const firstRepository = { owner: people.maintainer, name: "lab" } as const;
/** What the model asks of its callers. */
export const openaiKey = "sk-simulated-model-of-the-platform-suite";

/** What is not ours: a GitHub with one small real project, and a model. Everything else of the platform is real. */
export interface World {
  github: GitHubSimulator;
  model: Model;
  /** What the model does first in runs whose prompt holds a text; kept until it is taken back. */
  directives: Directive[];
  /** The automation account's. */
  githubToken: string;
  close(): Promise<void>;
}

export interface WorldOptions {
  listening: Listening;
  ports: { github: number; model: number };
  /** Of the git repositories. */
  folder: string;
  /** The automation account's, the same after a restart. */
  githubToken: string;
}

const sampleProject = join(import.meta.dirname, "../../../simulators/sample-project");

export async function startWorld({ listening, ports, folder, githubToken }: WorldOptions): Promise<World> {
  const directives: Directive[] = [];
  const github = await startGitHub({ ...listening, port: ports.github, folder });
  const script = directed(directives, colleague);
  const model = await startModel({ ...listening, port: ports.model, apiKey: openaiKey, script });
  for (const login of Object.values(people)) github.addUser({ login });
  await addSampleRepository(github, firstRepository);
  return {
    github,
    model,
    directives,
    githubToken: github.token(people.automation, { value: githubToken }),
    close: async () => {
      await github.close();
      await model.close();
    },
  };
}

/** A repository with the sample project, in which the automation account may push branches. */
export async function addSampleRepository(
  github: GitHubSimulator,
  wanted: { owner: string; name: string; private?: boolean | undefined },
) {
  const { owner, name } = wanted;
  return await github.addRepository({
    ...{ owner, name, private: wanted.private ?? false, files: await readFolder(sampleProject) },
    collaborators: { [people.automation]: "write", [people.stranger]: "read" },
    protectedBranches: ["main"],
  });
}
