import type { RunFailure } from "@froussard/contract";
import { gitConfig } from "./git-environment.ts";
import { gitFailure } from "./git-failure.ts";
import type { GitCall, GitOutcome, RunGit } from "./run-git.ts";

/** Time limits of git calls, milliseconds. */
export interface GitTimeLimits {
  /** One call that talks to the server. */
  network: number;
  /** One call that works on the local clone. */
  local: number;
}

export interface GitCallsInput {
  run: RunGit;
  gitDir: string;
  environment: Readonly<Record<string, string>>;
  timeLimits: GitTimeLimits;
  signal?: AbortSignal | undefined;
}

export type CallOptions = Pick<GitCall, "input" | "maxOutputBytes" | "maxFileBytes"> & {
  /** Variables besides the common ones. */
  environment?: Record<string, string>;
  network?: boolean;
};

/** Git on one bare clone: the same environment and configuration for every call. */
export interface GitCalls {
  /** Whatever git answers. */
  call(args: readonly string[], options?: CallOptions): Promise<GitOutcome>;
  /** Standard output. @throws RunFailure unless git exits with 0. */
  output(args: readonly string[], options?: CallOptions): Promise<Buffer>;
  /** Standard output as one trimmed text. @throws RunFailure unless git exits with 0. */
  text(args: readonly string[], options?: CallOptions): Promise<string>;
}

export function gitCalls({ run, gitDir, environment, timeLimits, signal }: GitCallsInput): GitCalls {
  const call: GitCalls["call"] = (args, options = {}) => {
    const { environment: more, network, ...rest } = options;
    return run({
      args: [...gitConfig, ...args],
      cwd: gitDir,
      environment: { ...environment, GIT_DIR: gitDir, ...more },
      timeoutMs: network ? timeLimits.network : timeLimits.local,
      signal,
      ...rest,
    });
  };
  const output: GitCalls["output"] = async (args, options) => {
    const outcome = await call(args, options);
    if (failed(outcome)) throw localFailure(args[0] ?? "", outcome);
    return outcome.stdout;
  };
  return { call, output, text: async (args, options) => (await output(args, options)).toString("utf8").trim() };
}

export function failed({ code, timedOut, overflowed }: GitOutcome): boolean {
  return code !== 0 || timedOut || overflowed;
}

function localFailure(action: string, outcome: GitOutcome): RunFailure {
  return gitFailure(action, outcome);
}
