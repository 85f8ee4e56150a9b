import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { commitPattern, RunFailure } from "@froussard/contract";
import type { GitRepository } from "../mediator/ports.ts";
import { type ChangeRules, defaultChangeRules } from "./change-rules.ts";
import { commitChanges } from "./commit-changes.ts";
import { type CallOptions, failed, type GitTimeLimits, gitCalls } from "./git-calls.ts";
import { askpassScript, gitEnvironment, tokenVariable } from "./git-environment.ts";
import { gitFailure } from "./git-failure.ts";
import { instructionFiles } from "./instruction-files.ts";
import { judgeCommit } from "./judge-commit.ts";
import { packWorkspace } from "./pack-workspace.ts";
import { type GitOutcome, type RunGit, runGit } from "./run-git.ts";
import { noSecretSearch, type SecretSearch } from "./secret-search.ts";
import { readTree } from "./tree.ts";

export interface GitRepositoryOptions {
  /** `https://<host>/<owner>/<name>.git` without user or password; `http:` only for a simulator. */
  url: string;
  /** Asked before every call that needs the network. */
  token: () => Promise<string>;
  /** Private folder of this run; what an earlier process left there is used again. */
  folder: string;
  signal?: AbortSignal;
  /** Milliseconds. @default network 120_000, local 60_000 */
  timeLimits?: Partial<GitTimeLimits>;
  /** @default {@link defaultChangeRules} */
  rules?: Partial<ChangeRules>;
  /** @default nothing is searched for */
  secrets?: SecretSearch;
  /** Files of a commit, uncompressed. @default 1 GiB */
  repositoryBytes?: number;
  /** Branches that are never pushed to, whatever a caller asks for: the default branch and those GitHub protects. */
  forbiddenBranches?: readonly string[];
  /** Waits before a network call is tried again; their number bounds the tries. Milliseconds. @default [1_000, 4_000] */
  retryDelays?: readonly number[];
  /** PATH for git and its helpers. @default the system's folders */
  searchPath?: string | undefined;
  /** PEM file with all authorities to trust. @default git's own */
  authorities?: string | undefined;
  /** Replaced in tests. @default runs git */
  run?: RunGit;
}

const branchPattern = /^(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\/\.|[./]$))[A-Za-z0-9][A-Za-z0-9._/@+=-]{0,199}$/;

/**
 * Git for one run: a bare, shallow clone in a private folder, with no configuration but ours (design §5). Every method
 * rejects with a `RunFailure`.
 */
export async function createGitRepository(options: GitRepositoryOptions): Promise<GitRepository> {
  const { url, folder, signal, retryDelays = [1_000, 4_000], forbiddenBranches = [] } = options;
  const { repositoryBytes = 1024 ** 3, secrets = noSecretSearch } = options;
  const protocol = checkUrl(url);
  const timeLimits = { network: 120_000, local: 60_000, ...options.timeLimits };
  const rules = { ...defaultChangeRules, ...options.rules };
  const { gitDir, home, askpass } = await prepareFolder(folder);
  const environment = gitEnvironment({
    ...{ home, protocol, searchPath: options.searchPath, authorities: options.authorities },
  });
  const git = gitCalls({ run: options.run ?? runGit, gitDir, environment, timeLimits, signal });
  await git.output(["init", "--bare", "--quiet", "--template=", "--initial-branch=main"]);

  /** One call that talks to the server, tried again while the server can not be reached. */
  async function remote(action: string, args: readonly string[], more: CallOptions = {}): Promise<GitOutcome> {
    for (let attempt = 0; ; attempt++) {
      const token = await options.token();
      const outcome = await git.call(args, {
        ...more,
        network: true,
        environment: { GIT_ASKPASS: askpass, [tokenVariable]: token },
      });
      if (!failed(outcome)) return outcome;
      const failure = gitFailure(action, outcome, token);
      const wait = retryDelays[attempt];
      if (failure.type !== "transient" || wait === undefined) throw failure;
      await delay(wait, undefined, { signal });
    }
  }

  async function remoteTip(branch: string): Promise<string | undefined> {
    checkBranch(branch);
    const ref = `refs/heads/${branch}`;
    const { stdout } = await remote("ls-remote", ["ls-remote", "--quiet", "--refs", url, ref]);
    for (const line of stdout.toString("utf8").split("\n")) {
      const [commit = "", name] = line.split("\t");
      if (name === ref && commitPattern.test(commit)) return commit;
    }
    return undefined;
  }

  async function isHere(commit: string): Promise<boolean> {
    const shallow = await readFile(join(gitDir, "shallow"), "utf8").catch(() => "");
    if (!shallow.split("\n").includes(commit)) return false;
    return !failed(await git.call(["rev-parse", "--quiet", "--verify", `${commit}^{tree}`]));
  }

  async function fetchOnce(commit: string): Promise<void> {
    if (!commitPattern.test(commit)) throw new RunFailure("internal", "not the id of a commit");
    if (await isHere(commit)) return;
    await remote("fetch", ["fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", url, commit], {
      maxFileBytes: repositoryBytes,
    });
  }

  /** Whoever asks for a commit that is being fetched waits for it: two fetches at a time would lock each other out. */
  const fetchCommit = onceEach(fetchOnce);

  const look = onceEach(async (commit) => {
    const tree = await readTree(git, commit);
    return {
      instructions: instructionFiles(tree.flatMap(({ path }) => path ?? [])),
      bytes: tree.reduce((sum, { size }) => sum + size, 0),
    };
  });

  return {
    fetchCommit,
    remoteTip,
    instructionFiles: async (commit) => (await look(commit)).instructions,
    async packWorkspace(commit) {
      const { bytes } = await look(commit);
      if (bytes > repositoryBytes)
        throw new RunFailure("repository-too-large", `${bytes} bytes of files, more than ${repositoryBytes}`);
      return packWorkspace({ git, commit, folder });
    },
    commitChanges: (input) => commitChanges({ git, folder, rules, secrets }, input),
    async judgeCommit(input) {
      await fetchCommit(input.base);
      await fetchCommit(input.commit);
      return judgeCommit({ git, folder, rules, secrets }, input);
    },
    async push({ commit, branch, expected }) {
      checkBranch(branch);
      if (forbiddenBranches.some((name) => name.toLowerCase() === branch.toLowerCase()))
        throw new RunFailure("push-refused", `${branch} is a branch that is never pushed to`);
      const ref = `refs/heads/${branch}`;
      const args = ["push", "--quiet", `--force-with-lease=${ref}:${expected ?? ""}`];
      try {
        await remote("push", [...args, url, `${commit}:${ref}`]);
      } catch (error) {
        // An answer may have been lost, or an earlier process of this run pushed the same commit.
        if (error instanceof RunFailure && (await remoteTip(branch).catch(() => undefined)) === commit) return;
        throw error;
      }
    },
  };
}

/** What was found out of a commit is kept; a failure is not. */
function onceEach<T>(find: (commit: string) => Promise<T>): (commit: string) => Promise<T> {
  const found = new Map<string, Promise<T>>();
  return (commit) => {
    const known = found.get(commit);
    if (known) return known;
    const finding = find(commit);
    found.set(commit, finding);
    finding.catch(() => found.delete(commit));
    return finding;
  };
}

function checkUrl(url: string): "https" | "http" {
  const { protocol, username, password } = new URL(url);
  if (username || password) throw new Error("the repository's address must not hold user or password");
  if (protocol === "https:") return "https";
  if (protocol === "http:") return "http";
  throw new Error(`the repository's address must begin with https://, not ${protocol}`);
}

function checkBranch(branch: string): void {
  if (!branchPattern.test(branch)) throw new RunFailure("internal", "not a name for a branch");
}

/** The run is this folder's only user, so a lock or scratch folder found here belongs to a process that was killed. */
async function prepareFolder(folder: string) {
  const gitDir = join(folder, "clone.git");
  const home = join(folder, "home");
  const askpass = join(folder, "askpass");
  await mkdir(gitDir, { recursive: true, mode: 0o700 });
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await writeFile(askpass, askpassScript, { mode: 0o700 });
  const stale = [
    ...(await readdir(folder)).filter((name) => /^(?:workspace|index)-/.test(name)).map((name) => join(folder, name)),
    ...(await readdir(gitDir)).filter((name) => name.endsWith(".lock")).map((name) => join(gitDir, name)),
  ];
  for (const path of stale) await rm(path, { recursive: true, force: true });
  return { gitDir, home, askpass };
}
