import { Octokit } from "@octokit/core";
import { restEndpointMethods } from "@octokit/plugin-rest-endpoint-methods";
import { type GitHubSimulator, type StartOptions, startGitHub } from "../start.ts";
import type { Repository } from "../store/records.ts";
import { restProblems } from "./openapi.ts";

const Client = Octokit.plugin(restEndpointMethods);
export type Client = InstanceType<typeof Client>;

export interface World {
  readonly github: GitHubSimulator;
  readonly repository: Repository;
  /** Advances the world's clock, which stands still by itself. */
  pass(seconds: number): void;
  /** The real client, with a new token of that user, or nobody's. */
  client(login: string | null, token?: string): Client;
  /** What GitHub's description objects to in the REST answers so far. */
  readonly problems: string[];
}

/** Ada owns `ada/lab` (main is protected), the robot may write to it, Eve may only read. */
export async function startWorld(options: StartOptions = {}): Promise<World> {
  let now = Date.parse("2026-03-04T05:06:07Z");
  const github = await startGitHub({ clock: () => new Date(now), ...options });
  const problems: string[] = [];
  github.onAnswer((answer) => problems.push(...restProblems(answer)));
  for (const login of ["ada", "robot", "eve"]) github.addUser({ login });
  const repository = await github.addRepository({
    owner: "ada",
    name: "lab",
    files: { "README.md": "# lab\n", "src/app.js": "export const answer = 41;\n", "run.sh": "#!/bin/sh\n" },
    collaborators: { robot: "write" },
    protectedBranches: ["main"],
  });
  return {
    github,
    repository,
    problems,
    pass: (seconds) => {
      now += seconds * 1000;
    },
    client: (login, token) => {
      const auth = token ?? (login === null ? undefined : github.token(login));
      const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
      return new Client({ baseUrl: github.apiUrl, log, ...(auth ? { auth } : {}) });
    },
  };
}

export const lab = { owner: "ada", repo: "lab" } as const;
