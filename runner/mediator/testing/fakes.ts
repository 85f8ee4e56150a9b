import { Readable } from "node:stream";
import { type IssueSnapshot, RunFailure, sha256 } from "@froussard/contract";
import { base, buildSnapshot, policy } from "@froussard/contract/testing/build-snapshot";
import { defaultChangeRules } from "../../git/change-rules.ts";
import type { PlanAnswer } from "../../plan.ts";
import type { GitHubFacts, ProgressComment } from "../github-facts.ts";
import type { GitRepository, Publisher } from "../ports.ts";
import type { RunRules } from "../prepare-run.ts";

/** For tests only: GitHub and git in memory, which outlive the mediators that a test starts over them. */
export interface World {
  snapshot: IssueSnapshot | undefined;
  mayPush: boolean;
  isArchived: boolean;
  /** What GitHub says that anybody may do; undefined: our token may not ask. */
  permission: { userId: number; mayWrite: boolean } | undefined;
  /** Our progress comments of the last day, in the whole repository. */
  dayComments: ProgressComment[];
  tip: string | undefined;
  isAncestor: boolean;
  /** Branches on the server. */
  branches: Map<string, { commit: string; message: string }>;
  plans: string[];
  /** The record hidden in the progress comment. */
  progress: unknown;
  pullRequests: { url: string; number: number }[];
  results: string[];
  /** Every write, in order. */
  log: string[];
  /** Throws before the named step, like a connection that fails; emptied as it is used. */
  failures: Map<string, RunFailure>;
  /** Runs right before the named step, like people who act in between. */
  before: Map<string, () => void>;
}

export function createWorld(changes: Partial<World> = {}): World {
  return {
    snapshot: buildSnapshot(),
    mayPush: true,
    isArchived: false,
    permission: undefined,
    dayComments: [],
    tip: base.commit,
    isAncestor: true,
    branches: new Map(),
    plans: [],
    progress: undefined,
    pullRequests: [],
    results: [],
    log: [],
    failures: new Map(),
    before: new Map(),
    ...changes,
  };
}

export const rules: RunRules = {
  policy,
  isServed: () => true,
  branchPrefix: "codex/issue-",
  changes: { ...defaultChangeRules, protectedPaths: { patterns: [".github/workflows/**"], except: [] } },
  commitChecks: "run",
};

export const plan: PlanAnswer = {
  summary: "Adds the option.",
  steps: [{ title: "Add it", detail: "" }],
  files: [],
  commands: [],
  risks: [],
  tests: [],
  openQuestions: [],
};

async function step(world: World, name: string): Promise<void> {
  world.before.get(name)?.();
  const failure = world.failures.get(name);
  if (!failure) return;
  world.failures.delete(name);
  throw failure;
}

export function fakeFacts(world: World): GitHubFacts {
  return {
    async issue() {
      await step(world, "issue");
      return structuredClone(world.snapshot);
    },
    async repository() {
      await step(world, "repository");
      return {
        id: 501,
        nameWithOwner: "gregkonush/lab",
        isPrivate: world.snapshot?.repository.isPrivate ?? false,
        isArchived: world.isArchived,
        defaultBranch: "main",
        mayPush: world.mayPush,
      };
    },
    permission: async () => world.permission,
    progressSince: async () => world.dayComments,
    branchTip: async () => world.tip,
    isAncestor: async () => world.isAncestor,
    issueChanged: async () => ({ changed: true, etag: "e" }),
    commentChanged: async () => ({ changed: false, etag: "e" }),
  };
}

export function fakeGit(world: World): GitRepository {
  return {
    remoteTip: async (branch) => world.branches.get(branch)?.commit,
    fetchCommit: () => step(world, "fetch"),
    instructionFiles: async () => ["AGENTS.md"],
    packWorkspace: async () => Readable.from([Buffer.from("pack")]),
    async commitChanges(input) {
      await step(world, "commit");
      if (input.changes.some(({ path }) => path.startsWith(".github/"))) throw new RunFailure("invalid-changes");
      messages.set(commitId(input), input.message);
      return { commit: commitId(input), files: [{ path: "src/a.ts", status: "modified" }] };
    },
    async judgeCommit({ commit }) {
      await step(world, "judge");
      const message = [...world.branches.values()].find((each) => each.commit === commit)?.message ?? "";
      return { message, files: [{ path: "src/a.ts", status: "modified" }] };
    },
    async push({ commit, branch, expected }) {
      await step(world, "push");
      if (world.branches.get(branch)?.commit !== expected) throw new RunFailure("branch-taken");
      world.branches.set(branch, { commit, message: messages.get(commit) ?? "" });
      world.log.push(`push ${branch}`);
    },
  };
}

const messages = new Map<string, string>();
const commitId = (input: object) => sha256(JSON.stringify(input)).slice(0, 40);

export function fakePublisher(world: World): Publisher {
  return {
    async progress(_, { state, record }) {
      await step(world, "progress");
      world.progress = structuredClone(record);
      world.log.push(`progress ${state}`);
    },
    async plan() {
      await step(world, "plan");
      if (world.plans.length === 0) world.plans.push("https://github.com/plan");
      world.log.push("plan");
      return { url: "https://github.com/plan" };
    },
    async pullRequest() {
      await step(world, "pull request");
      if (world.pullRequests.length === 0) world.pullRequests.push({ url: "https://github.com/pull/1", number: 1 });
      const [first] = world.pullRequests;
      if (!first) throw new Error("unreachable");
      world.log.push("pull request");
      return first;
    },
    async result(_, { outcome }) {
      await step(world, "result");
      world.results.push(outcome);
      world.log.push(`result ${outcome}`);
    },
    label: async () => {},
    async find() {
      const [pullRequest] = world.pullRequests;
      return pullRequest ? { pullRequest } : {};
    },
  };
}
