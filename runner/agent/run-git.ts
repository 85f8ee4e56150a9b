import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface GitPlace {
  gitFolder: string;
  folder: string;
  indexFile?: string;
  /** Where git is found. */
  path: string;
}

/** Switches of the repository that would run something, or hide something. */
const neutral = ["core.fsmonitor=false", "core.untrackedCache=false", "core.hooksPath=/dev/null", "core.excludesFile="];

/** Runs git on our own copy of the repository, without anybody's configuration; answers its standard output. */
export async function runGit(args: readonly string[], place: GitPlace, timeoutMs = 120_000): Promise<Buffer> {
  const { stdout } = await promisify(execFile)("git", [...neutral.flatMap((each) => ["-c", each]), ...args], {
    cwd: place.folder,
    env: {
      PATH: place.path,
      HOME: "/nonexistent",
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_TERMINAL_PROMPT: "0",
      GIT_DIR: place.gitFolder,
      GIT_WORK_TREE: place.folder,
      ...(place.indexFile !== undefined && { GIT_INDEX_FILE: place.indexFile }),
    },
    encoding: "buffer",
    maxBuffer: 256 * 1024 * 1024,
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  return stdout;
}
