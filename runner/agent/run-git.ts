import { execFile } from "node:child_process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

export interface GitPlace {
  gitFolder: string;
  folder: string;
  /** Where git is found. */
  path: string;
}

export interface GitOptions {
  /** What git reads from its standard input. */
  input?: Readable | Buffer;
  /** Milliseconds. @default 120_000 */
  timeoutMs?: number;
}

/** Switches of the repository that would run something, or hide something. */
const neutral = ["core.fsmonitor=false", "core.untrackedCache=false", "core.hooksPath=/dev/null", "core.excludesFile="];

/** Runs git on a repository of ours, without anybody's configuration; answers its standard output. */
export async function runGit(
  args: readonly string[],
  place: GitPlace,
  { input, timeoutMs = 120_000 }: GitOptions = {},
): Promise<Buffer> {
  const running = promisify(execFile)("git", [...neutral.flatMap((each) => ["-c", each]), ...args], {
    cwd: place.folder,
    env: {
      PATH: place.path,
      HOME: "/nonexistent",
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_ATTR_NOSYSTEM: "1",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_TERMINAL_PROMPT: "0",
      GIT_DIR: place.gitFolder,
      GIT_WORK_TREE: place.folder,
    },
    encoding: "buffer",
    maxBuffer: 256 * 1024 * 1024,
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  const { stdin } = running.child;
  // Of an input that ends early, or that git does not want, git's own end tells.
  if (input && stdin) await Promise.allSettled([running, pipeline(Readable.from(input), stdin)]);
  return (await running).stdout;
}
